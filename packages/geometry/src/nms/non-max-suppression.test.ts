import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import type { Detections } from "../detections.ts";
import { boxIou } from "../iou.ts";
import { nonMaxSuppression } from "./non-max-suppression.ts";
import type { NmsOptions } from "./options.ts";
import type { Prediction } from "./prediction.ts";

/** One image's v8 prediction from rows of x, y, w, h and class probabilities. */
function v8(rows: number[][]): Prediction {
  return {
    data: Float32Array.from(rows.flat()),
    shape: [1, rows.length, rows[0]!.length],
    layout: "NAC",
    hasObjectness: false,
  };
}

function v5(rows: number[][]): Prediction {
  return { ...v8(rows), hasObjectness: true };
}

const usual = { conf: 0.25, iou: 0.45, maxDet: 300 };

function run(prediction: Prediction, options: Partial<NmsOptions> = {}): Detections {
  return nonMaxSuppression(prediction, { ...usual, ...options })[0]!;
}

const anchorsOf = (found: Detections): number[] => Array.from(found.anchors ?? []);

describe("nonMaxSuppression", () => {
  const rows = [
    [50, 50, 20, 20, 0.6, 0.1],
    [51, 50, 20, 20, 0.9, 0.3],
    [50, 51, 20, 20, 0.2, 0.8],
    [150, 50, 20, 20, 0.1, 0.2],
    [150, 50, 10, 10, 0.1, 0.5],
  ];

  it("keeps the best of boxes that overlap, class by class", () => {
    const found = run(v8(rows));
    expect(anchorsOf(found)).toEqual([1, 2, 4]);
    expect(Array.from(found.classes)).toEqual([0, 1, 1]);
    expect(Array.from(found.scores)).toEqual([0.9, 0.8, 0.5].map(Math.fround));
    expect(Array.from(found.boxes.subarray(0, 4))).toEqual([41, 40, 61, 60]);
    expect(found.count).toBe(3);
  });

  it("lets classes suppress each other when agnostic", () => {
    expect(anchorsOf(run(v8(rows), { agnostic: true }))).toEqual([1, 4]);
  });

  it("returns a detection for each class above the threshold with multiLabel", () => {
    const found = run(v8(rows), { multiLabel: true });
    expect(anchorsOf(found)).toEqual([1, 2, 4]);
    const low = run(v8(rows), { multiLabel: true, conf: 0.15, iou: 0.95 });
    expect(anchorsOf(low)).toEqual([1, 2, 0, 4, 1, 2, 3]);
    expect(Array.from(low.classes)).toEqual([0, 1, 0, 1, 1, 0, 1]);
  });

  it("filters classes after an anchor has chosen its best", () => {
    expect(anchorsOf(run(v8(rows), { classes: [1] }))).toEqual([2, 4]);
    expect(anchorsOf(run(v8(rows), { classes: [] }))).toEqual([]);
  });

  it("compares thresholds strictly", () => {
    expect(run(v8([[10, 10, 4, 4, 0.5]]), { conf: 0.5 }).count).toBe(0);
    // Two boxes with an IoU of exactly one half.
    const halves = v8([
      [10, 10, 4, 4, 0.9],
      [11, 10, 2, 4, 0.8],
    ]);
    expect(run(halves, { iou: 0.5 }).count).toBe(2);
    expect(run(halves, { iou: 0.499 }).count).toBe(1);
  });

  it("limits detections and candidates", () => {
    expect(anchorsOf(run(v8(rows), { maxDet: 1 }))).toEqual([1]);
    // Only the two best candidates enter, and neither suppresses the other.
    expect(anchorsOf(run(v8(rows), { maxNms: 2 }))).toEqual([1, 2]);
  });

  it("multiplies objectness into the confidence for v5", () => {
    const found = run(
      v5([
        [10, 10, 4, 4, 0.5, 0.2, 0.8],
        [50, 10, 4, 4, 0.2, 0.9, 1],
        [90, 10, 4, 4, 1, 0.26, 0.1],
      ]),
    );
    expect(anchorsOf(found)).toEqual([0, 2]);
    expect(found.scores[0]).toBe(Math.fround(0.5 * Math.fround(0.8)));
  });

  it("drops boxes outside the side limits", () => {
    const sizes = v5([1.5, 2, 7680, 7681].map((side, i) => [i * 9000, 10, side, 10, 0.9, 0.9]));
    expect(anchorsOf(run(sizes, { sideLimits: [2, 7680] }))).toEqual([1, 2]);
    expect(anchorsOf(run(sizes))).toEqual([0, 1, 2, 3]);
  });

  it("lets a-priori labels join, with anchor numbers after the last", () => {
    const labels = [{ classes: [1, 0], boxes: [150, 50, 12, 12, 300, 300, 10, 10] }];
    const found = run(v8(rows), { labels });
    expect(anchorsOf(found)).toEqual([5, 6, 1, 2]);
    expect(Array.from(found.classes)).toEqual([1, 0, 0, 1]);
    expect(anchorsOf(run(v8(rows), { labels, classes: [0] }))).toEqual([6, 1]);
  });

  it("treats images of a batch apart, and no anchors as nothing found", () => {
    const one = v8([[10, 10, 4, 4, 0.9]]);
    const data = Float32Array.from([...one.data, 10, 10, 4, 4, 0.1]);
    const batch = nonMaxSuppression({ ...one, data, shape: [2, 1, 5] }, usual);
    expect(batch.map((found) => found.count)).toEqual([1, 0]);
    expect(
      nonMaxSuppression({ ...one, data: new Float32Array(0), shape: [2, 0, 5] }, usual).map((d) => d.count),
    ).toEqual([0, 0]);
  });

  it("ignores NaN probabilities and never drops a box for a NaN coordinate of another", () => {
    const found = run(
      v8([
        [10, 10, 4, 4, Number.NaN],
        [Number.NaN, 10, 4, 4, 0.9],
        [10, 10, 4, 4, 0.8],
      ]),
    );
    expect(anchorsOf(found)).toEqual([1, 2]);
  });

  it("lets far boxes of neighboring classes meet when the offset is smaller than the image", () => {
    const far = v8([
      [30, 30, 10, 10, 0, 0.9],
      [130, 130, 10, 10, 0.8, 0],
    ]);
    expect(run(far, { classOffset: 100 }).count).toBe(1);
    expect(run(far, { classOffset: 1000 }).count).toBe(2);
  });
});

describe("nonMaxSuppression of random predictions", () => {
  const nc = 3;

  function randomRows(rng: Random, count: number): number[][] {
    return Array.from({ length: count }, () => {
      const box = [rng.uniform(0, 200), rng.uniform(0, 200), rng.uniform(5, 80), rng.uniform(5, 80)];
      return [...box, ...Array.from({ length: nc }, () => rng.uniform())];
    });
  }

  /** The detections as a prediction, each with its class's probability only. */
  function asRows(found: Detections): number[][] {
    return Array.from({ length: found.count }, (_, i) => {
      const [left, top, right, bottom] = found.boxes.subarray(i * 4, i * 4 + 4) as unknown as number[];
      const scores = Array.from({ length: nc }, (_, c) => (c === found.classes[i] ? found.scores[i]! : 0));
      return [(left! + right!) / 2, (top! + bottom!) / 2, right! - left!, bottom! - top!, ...scores];
    });
  }

  it.each([
    { agnostic: false, multiLabel: false },
    { agnostic: true, multiLabel: false },
    { agnostic: false, multiLabel: true },
    { agnostic: true, multiLabel: true },
  ])("%o", (mode) => {
    for (let round = 0; round < 20; round++) {
      const rng = new Random("nms").fork(round);
      const rows = randomRows(rng, 120);
      const options = { ...mode, conf: 0.2, iou: rng.uniform(0.2, 0.8) };
      const found = run(v8(rows), options);
      expect(found.count).toBeGreaterThan(0);

      let largest = 0;
      for (let i = 0; i < found.count; i++) {
        // A subset: each detection is its anchor's box and class probability.
        const row = rows[anchorsOf(found)[i]!]!;
        expect(found.scores[i]).toBe(Math.fround(row[4 + found.classes[i]!]!));
        expect(found.boxes[i * 4]).toBeCloseTo(row[0]! - row[2]! / 2, 3);
        if (i > 0) expect(found.scores[i]!).toBeLessThanOrEqual(found.scores[i - 1]!);
        for (let j = 0; j < i; j++) {
          if (!mode.agnostic && found.classes[i] !== found.classes[j]) continue;
          const overlap = boxIou(found.boxes.subarray(i * 4, i * 4 + 4), found.boxes.subarray(j * 4, j * 4 + 4));
          largest = Math.max(largest, overlap);
        }
      }
      expect(largest).toBeGreaterThan(0);
      expect(largest).toBeLessThanOrEqual(options.iou + 1e-3);

      const again = run(v8(asRows(found)), options);
      expect(anchorsOf(again)).toEqual(Array.from({ length: found.count }, (_, i) => i));

      const order = rng.permutation(rows.length);
      const shuffled = run(v8(order.map((i) => rows[i]!)), options);
      expect(anchorsOf(shuffled).map((i) => order[i])).toEqual(anchorsOf(found));
      expect(shuffled.classes).toEqual(found.classes);
    }
  });

  it("finds the same when classes are compared apart or by their offset alone", () => {
    const rows = randomRows(new Random("chains"), 300);
    // A box far to the right makes the image too wide for the classes' separate lists.
    const wide = [...rows, [6000, 10, 5, 5, 1, 0, 0]];
    const [narrow, full] = [rows, wide].map((r) => run(v8(r), { conf: 0.01, multiLabel: true, maxDet: 1000 }));
    expect(anchorsOf(full!).filter((anchor) => anchor !== 300)).toEqual(anchorsOf(narrow!));
  });
});

describe("nonMaxSuppression refuses", () => {
  const good = v8([[10, 10, 4, 4, 0.9]]);
  it.each<[string, Prediction, Partial<NmsOptions>, RegExp]>([
    ["data that do not fill the shape", { ...good, shape: [1, 2, 5] }, {}, /shape is \[1, 2, 5\].*5 numbers/],
    ["two dimensions", { ...good, shape: [1, 5] }, {}, /three dimensions/],
    ["too few channels", { ...good, layout: "NCA" }, {}, /Is the layout right/],
    ["objectness without classes", { ...good, hasObjectness: true }, {}, /with objectness has 5 channels/],
    ["a confidence above 1", good, { conf: 25 }, /Option conf .* from 0 to 1 but is 25/],
    ["a NaN threshold", good, { iou: Number.NaN }, /Option iou .* but is NaN/],
    ["no detections", good, { maxDet: 0 }, /Option maxDet/],
    ["an unknown class", good, { classes: [1] }, /Option classes .* 0 to 0 but is 1/],
    ["labels without boxes", good, { labels: [{ classes: [0], boxes: [] }] }, /1 classes and 0 numbers/],
    ["labels of no class", good, { labels: [{ classes: [3], boxes: [1, 1, 1, 1] }] }, /has class 3/],
  ])("%s", (_, prediction, options, message) => {
    expect(() => run(prediction, options)).toThrow(message);
    expect(() => run(prediction, options)).toThrow(expect.objectContaining({ code: "ARGUMENT" }));
  });
});
