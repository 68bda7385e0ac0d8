import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import type { Detections } from "../detections.ts";
import { nonMaxSuppression } from "./non-max-suppression.ts";
import type { NmsOptions } from "./options.ts";
import type { Prediction } from "./prediction.ts";

interface Run {
  conf_thres: number;
  iou_thres: number;
  classes?: number[] | null;
  agnostic?: boolean;
  multi_label?: boolean;
  max_det?: number;
  max_nms?: number;
}

function optionsOf(run: Run): NmsOptions {
  return {
    conf: run.conf_thres,
    iou: run.iou_thres,
    ...(run.classes ? { classes: run.classes } : {}),
    agnostic: run.agnostic ?? false,
    multiLabel: run.multi_label ?? false,
    maxDet: run.max_det ?? 300,
    maxNms: run.max_nms ?? 30000,
  };
}

/** Rows of xyxy, confidence, class, extras against detections. */
function expectRows(found: Detections, rows: Float32Array, tolerance: { boxes: number; confidence: number }): void {
  const width = 6 + (found.extras === undefined ? 0 : found.extras.length / found.count);
  const column = (c: number): number[] => Array.from({ length: rows.length / width }, (_, i) => rows[i * width + c]!);
  const extras = Array.from(rows).filter((_, i) => i % width >= 6);
  expect(Array.from(found.extras ?? [])).toEqual(extras);
  expect(Array.from(found.classes)).toEqual(column(5));
  expectClose(found.scores, column(4), { abs: tolerance.confidence });
  for (let side = 0; side < 4; side++) {
    const actual = Array.from({ length: found.count }, (_, i) => found.boxes[i * 4 + side]!);
    expectClose(actual, column(side), { abs: tolerance.boxes });
  }
}

/** [N, C, A] to [N, A, C]. */
function anchorsFirst({ data, shape, ...rest }: Prediction): Prediction {
  const [images, channels, anchors] = shape as [number, number, number];
  const out = new Float32Array(data.length);
  for (let n = 0; n < images; n++) {
    for (let c = 0; c < channels; c++) {
      for (let a = 0; a < anchors; a++) out[(n * anchors + a) * channels + c] = data[(n * channels + c) * anchors + a]!;
    }
  }
  return { ...rest, data: out, shape: [images, anchors, channels], layout: "NAC" };
}

const nmsExtra = ["tasks/pieces/nms_extra.json", "tasks/pieces/nms_extra.safetensors"];

describeGolden("non-maximum suppression with channels after the classes", nmsExtra, () => {
  const tensors = goldenTensors("tasks/pieces/nms_extra.safetensors");
  const { nc, extra_columns: extras, runs } = goldenJson("tasks/pieces/nms_extra.json");
  const { data, shape } = tensors.decoded!;
  const channelsFirst: Prediction = {
    data: data as Float32Array,
    shape,
    layout: "NCA",
    hasObjectness: false,
    extras,
  };
  describe.each([channelsFirst, anchorsFirst(channelsFirst)])("layout $layout", (prediction) => {
    it.each(Object.entries<Run & { kept: number[] }>(runs))("%s", (name, run) => {
      const detections = nonMaxSuppression(prediction, optionsOf(run));
      expect(detections.map(({ count }) => count)).toEqual(run.kept);
      detections.forEach((found, image) => {
        const rows = tensors[`${name}.${image}.rows`]!.data as Float32Array;
        expect(Math.max(...found.classes)).toBeLessThan(nc);
        expectRows(found, rows, { boxes: 1e-3, confidence: 0 });
        expect(Array.from(found.anchors ?? [])).toEqual(Array.from(tensors[`${name}.${image}.anchor_index`]!.data));
      });
    });
  });
});

const v8 = ["input.safetensors", "output.safetensors", "settings.json"].map((file) => `v8/nms/${file}`);

describeGolden("non-maximum suppression of YOLOv8", v8, () => {
  const decoded = goldenTensors("v8/nms/input.safetensors").decoded!;
  const expected = goldenTensors("v8/nms/output.safetensors");
  const { runs } = goldenJson("v8/nms/settings.json") as { runs: Record<string, Run> };
  const channelsFirst: Prediction = {
    data: decoded.data as Float32Array,
    shape: decoded.shape,
    layout: "NCA",
    hasObjectness: false,
  };
  describe.each([channelsFirst, anchorsFirst(channelsFirst)])("layout $layout", (prediction) => {
    it.each(Object.entries(runs))("%s", (name, run) => {
      const detections = nonMaxSuppression(prediction, optionsOf(run));
      expect(detections.length).toBe(2);
      detections.forEach((found, image) => {
        const rows = expected[`${name}.${image}.rows`]!.data as Float32Array;
        expectRows(found, rows, { boxes: 1e-4, confidence: 0 });
        expect(Array.from(found.anchors ?? [])).toEqual(Array.from(expected[`${name}.${image}.anchor_index`]!.data));
      });
    });
  });
});

describeGolden("non-maximum suppression of YOLOv5", ["v5/nms/nms.json", "v5/nms/nms.safetensors"], () => {
  const tensors = goldenTensors("v5/nms/nms.safetensors");
  const { cases } = goldenJson("v5/nms/nms.json") as {
    cases: Record<string, Run & { minimum_side?: number; maximum_side?: number }>;
  };
  it.each(Object.entries(cases))("%s", (name, run) => {
    const decoded = tensors[`${name}.decoded`] ?? tensors.decoded!;
    const options = optionsOf(run);
    if (run.minimum_side !== undefined) options.sideLimits = [run.minimum_side, run.maximum_side!];
    if (tensors[`${name}.labels_0`] !== undefined) {
      options.labels = [0, 1].map((image) => {
        const rows = Array.from(tensors[`${name}.labels_${image}`]!.data);
        return { classes: rows.filter((_, i) => i % 5 === 0), boxes: rows.filter((_, i) => i % 5 !== 0) };
      });
    }
    const prediction: Prediction = {
      data: decoded.data as Float32Array,
      shape: decoded.shape,
      layout: "NAC",
      hasObjectness: true,
    };
    const detections = nonMaxSuppression(prediction, options);
    expect(detections.length).toBe(decoded.shape[0]);
    detections.forEach((found, image) => {
      const rows = tensors[`${name}.detections_${image}`]!.data as Float32Array;
      expectRows(found, rows, { boxes: 1e-3, confidence: 1e-6 });
    });
  });
});
