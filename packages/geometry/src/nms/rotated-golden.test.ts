import { Random } from "@lookonce/random";
import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { probiouMatrix } from "../probiou.ts";
import { rotatedNonMaxSuppression } from "./rotated-non-max-suppression.ts";
import { suppressRotated } from "./suppress-rotated.ts";

const files = ["tasks/pieces/nms_rotated.json", "tasks/pieces/nms_rotated.safetensors"];

describeGolden("suppression of rotated boxes", files, () => {
  const tensors = goldenTensors("tasks/pieces/nms_rotated.safetensors");
  const { alone, full } = goldenJson("tasks/pieces/nms_rotated.json");

  it("is not greedy", () => {
    const boxes = tensors["alone.boxes_xywhr"]!.data;
    const scores = Array.from(tensors["alone.scores"]!.data);
    const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
    const rotated = Float32Array.from(order.flatMap((row) => [...boxes.slice(5 * row, 5 * row + 5)]));
    for (const [i, iou] of (alone.thresholds as number[]).entries()) {
      const kept = suppressRotated({ rotated, classes: new Int32Array(10) }, { iou, maxDet: 300, classOffset: 0 });
      // Rows 4 and 5 are equal: either may stay
      const rows = Array.from(kept, (position) => order[position]!).map((row) => (row === 5 ? 4 : row));
      expect(rows.sort((a, b) => a - b)).toEqual(alone.kept[i]);
    }
  });

  const { data, shape } = tensors["full.decoded"]!;
  const prediction = { data: data as Float32Array, shape, layout: "NCA", hasObjectness: false, extras: 1 } as const;

  it.each(Object.entries<Run>(full.runs))("with classes and thresholds: %s", (name, run) => {
    const detections = rotatedNonMaxSuppression(prediction, {
      conf: run.conf_thres,
      iou: run.iou_thres,
      maxDet: run.max_det,
      multiLabel: run.multi_label,
      agnostic: run.agnostic,
      ...(run.classes === null ? {} : { classes: run.classes }),
    });
    expect(detections.map(({ count }) => count)).toEqual(run.kept);
    for (const [image, { rotated, scores, classes, anchors }] of detections.entries()) {
      const rows = Array.from(tensors[`full.${name}.${image}.rows`]!.data);
      const columns = (numbers: number[]) => rows.filter((_, i) => numbers.includes(i % 7));
      expectClose(rotated, columns([0, 1, 2, 3, 6]), { abs: 1e-3 });
      expectClose(scores, columns([4]), { abs: 0 });
      expect([...classes]).toEqual(columns([5]));
      expect([...(anchors ?? [])]).toEqual(Array.from(tensors[`full.${name}.${image}.anchor_index`]!.data, Number));
    }
  });
});

interface Run {
  conf_thres: number;
  iou_thres: number;
  max_det: number;
  multi_label: boolean;
  agnostic: boolean;
  classes: number[] | null;
  kept: number[];
}

describe("suppressRotated", () => {
  it("suppresses what any better box overlaps, of all pairs", () => {
    const rng = new Random("rotated NMS");
    for (const iou of [0, 0.2, 0.7, 1]) {
      const count = 200;
      const sides = [200, 200, 80, 80, 3];
      const rotated = Float32Array.from({ length: 5 * count }, (_, i) => rng.uniform(0, sides[i % 5]!));
      const overlaps = probiouMatrix(rotated, rotated);
      const expected = Array.from({ length: count }, (_, i) => i).filter(
        (i) => !overlaps.subarray(i * count, i * count + i).some((overlap) => overlap >= iou),
      );
      const kept = suppressRotated({ rotated, classes: new Int32Array(count) }, { iou, maxDet: count, classOffset: 0 });
      expect([...kept]).toEqual(expected);
    }
  });
});
