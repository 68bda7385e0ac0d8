import { KeypointResults, MaskResults } from "@lookonce/families";
import { type Detections, makeDetections, masksOfBitmaps } from "@lookonce/geometry";
import { blankImage } from "@lookonce/image";
import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { Results, type ResultsContents } from "../results.ts";
import type { PlainBox } from "./plain-results.ts";

const speed = { preprocess: 0, inference: 0, postprocess: 0 };

function resultsOf(
  boxes: Detections,
  size: { width: number; height: number },
  more: Partial<ResultsContents>,
): Results {
  const image = blankImage(size, 114);
  return new Results({ path: "a.png", image, boxes, names: [], speed, inputSize: size, ...more });
}

/** Compares lines of numbers. */
function expectLines(found: readonly string[], expected: readonly string[]): void {
  expect(found.length).toBe(expected.length);
  found.forEach((line, i) => {
    expectClose(line.split(" ").map(Number), (expected[i] as string).split(" ").map(Number), { abs: 1e-9, rel: 2e-6 });
  });
}

const files = ["tasks/pieces/results.json", "tasks/pieces/results.safetensors"];

describeGolden("results of tasks", files, () => {
  const json = goldenJson("tasks/pieces/results.json");
  const tensors = goldenTensors("tasks/pieces/results.safetensors");
  const [height, width] = json.height_width;
  const size = { width, height };
  const names: string[] = Object.values(json.names);

  /** Columns of the boxes: corners, perhaps an identity, confidence, class. */
  function boxesOf(tensor: string): Detections {
    const { data, shape } = tensors[tensor]!;
    const columns = shape[1] as number;
    const column = (i: number): number[] => Array.from(data).filter((_, at) => at % columns === i);
    const corners = Array.from(data).filter((_, at) => at % columns < 4);
    const detections = makeDetections(corners, column(columns - 2), column(columns - 1));
    return columns === 7 ? { ...detections, ids: Int32Array.from(column(4)) } : detections;
  }

  const masks = (): MaskResults => {
    const { data, shape } = tensors.masks!;
    return new MaskResults(masksOfBitmaps(Uint8Array.from(data), { width: shape[2]!, height: shape[1]! }), size);
  };
  const keypoints = (values: 2 | 3): KeypointResults => {
    const { data, shape } = tensors.keypoints!;
    const kept = Float32Array.from(data).filter((_, i) => i % 3 < values);
    return new KeypointResults(kept, [shape[1]!, values], size);
  };
  const cases: [string, string, () => Record<string, unknown>][] = [
    ["detect", "boxes", () => ({})],
    ["detect_tracked", "boxes_tracked", () => ({})],
    ["segment", "boxes", () => ({ masks: masks() })],
    ["segment_tracked", "boxes_tracked", () => ({ masks: masks() })],
    ["pose", "boxes", () => ({ keypoints: keypoints(3) })],
    ["pose_two_values", "boxes", () => ({ keypoints: keypoints(2) })],
  ];

  it.each(cases)("%s: lines of text, JSON and words", (kind, boxes, entries) => {
    const expected = json.kinds[kind];
    const result = resultsOf(boxesOf(boxes), size, { names, entries: entries() });
    expectLines(result.labelLines(), expected.text_save_conf_false);
    expectLines(result.labelLines({ conf: true }), expected.text_save_conf_true);
    expect(`${result.describe()}, `).toBe(expected.log_line);
    const found = result.toJSON().boxes;
    if (expected.summary === null) {
      expect(found[0]?.keypoints).toEqual({ x: expect.any(Array), y: expect.any(Array) });
      return;
    }
    expected.summary.forEach((wanted: Record<string, unknown> & { box: PlainBox }, i: number) => {
      const { x1, y1, x2, y2, confidence, name, class: label, id, segments, keypoints: points } = found[i] as PlainBox;
      expect([name, label, id]).toEqual([wanted.name, wanted.class, wanted.track_id]);
      const { box } = wanted;
      expectClose([x1, y1, x2, y2, confidence], [box.x1, box.y1, box.x2, box.y2, wanted.confidence as number], {
        abs: 1e-5,
      });
      for (const [ours, theirs] of [
        [segments, wanted.segments],
        [points, wanted.keypoints],
      ] as const) {
        expect(Object.keys(ours ?? {})).toEqual(Object.keys(theirs ?? {}));
        for (const [key, values] of Object.entries((theirs ?? {}) as Record<string, number[]>)) {
          expectClose((ours as Record<string, number[]>)[key] as number[], values, { abs: 2e-5 });
        }
      }
    });
  });
});

describe("results of masks", () => {
  // A square of 4 with a hole of 2, and nothing
  const bitmap = new Uint8Array(2 * 48);
  for (let y = 1; y < 5; y++) for (let x = 2; x < 6; x++) bitmap[8 * y + x] = 1;
  for (let y = 2; y < 4; y++) for (let x = 3; x < 5; x++) bitmap[8 * y + x] = 0;
  const masks = (): MaskResults => {
    return new MaskResults(masksOfBitmaps(bitmap, { width: 8, height: 6 }), { width: 8, height: 6 });
  };
  const boxes = makeDetections([2, 1, 6, 5, 0, 0, 2, 2], [0.9, 0.8], [0, 1]);

  it("have bitmaps, runs, COCO's form and polygons", () => {
    const { xy, xyn } = masks();
    expect(masks().bitmap(0)).toEqual(bitmap.subarray(0, 48));
    expect(masks().runs(0)).toEqual([10, 4, 4, 1, 2, 1, 4, 1, 2, 1, 4, 4, 10]);
    expect(masks().runs(1)).toEqual([48]);
    expect(masks().rle(0)).toEqual({ size: [6, 8], counts: expect.stringMatching(/^=/) });
    expect([...(xy[0] ?? [])]).toEqual([2, 1, 2, 4, 5, 4, 5, 1]);
    expect([...(xyn[0] ?? [])].slice(0, 4)).toEqual([0.25, expect.closeTo(1 / 6), 0.25, expect.closeTo(4 / 6)]);
    expect(xy[1]?.length).toBe(0);
    expect(() => masks().bitmap(2)).toThrow("There is no mask 2; there are 2.");
  });

  it("write the box's corners where a mask is too small for a polygon", () => {
    const result = resultsOf(boxes, { width: 8, height: 6 }, { entries: { masks: masks() } });
    expect(result.labelLines()[1]).toBe("1 0 0 0 0.333333 0.25 0.333333 0.25 0");
    expect(result.toJSON().boxes[1]?.segments).toEqual({ x: [], y: [] });
    expect(result.masks?.pick(Int32Array.of(1, 0)).bitmap(1)).toEqual(bitmap.subarray(0, 48));
  });

  it("are drawn over the object, not in its hole", async () => {
    const size = { width: 80, height: 60 };
    const drawn = resultsOf(makeDetections([20, 10, 60, 50], [0.9], [0]), size, {
      entries: { masks: new MaskResults(masksOfBitmaps(bitmap.subarray(0, 48), { width: 8, height: 6 }), size) },
    });
    const { data } = await drawn.plot({ labels: false, scores: false, frames: false });
    const at = (x: number, y: number): number[] => [...data.subarray(3 * (80 * y + x), 3 * (80 * y + x) + 3)];
    expect(at(40, 30)).toEqual([114, 114, 114]);
    expect(at(25, 30)).not.toEqual([114, 114, 114]);
    expect(at(5, 5)).toEqual([114, 114, 114]);
  });
});

describe("results of keypoints", () => {
  const points = new KeypointResults(Float32Array.of(1, 2, 0.5, 3, 4, 0.1, 5, 6, 0.9, 7, 8, 1), [2, 3], {
    width: 10,
    height: 10,
  });

  it("have the usual forms, and are picked with their detections", () => {
    expect([...points.xy]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...points.xyn].map((value) => value.toFixed(1))).toEqual([
      "0.1",
      "0.2",
      "0.3",
      "0.4",
      "0.5",
      "0.6",
      "0.7",
      "0.8",
    ]);
    expect([...(points.conf ?? [])]).toEqual([0.5, expect.closeTo(0.1), expect.closeTo(0.9), 1]);
    expect([...points.pick(Int32Array.of(1)).xy]).toEqual([5, 6, 7, 8]);
    expect(points.coco(1)).toEqual({ keypoints: [5, 6, 0.9, 7, 8, 1] });
  });
});
