import { type Detections, makeDetections } from "@lookonce/geometry";
import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { IOU_THRESHOLDS, matchDetections } from "./match-detections.ts";

const label = [0, 0, 100, 100];

/** A box whose IoU with `label` is `iou`. */
const overlapping = (iou: number): number[] => [0, 0, 100, 100 * iou];

/** Detections whose scores do not matter. */
function detected(boxes: readonly number[][], classes: readonly number[]): Detections {
  return makeDetections(boxes.flat(), new Float32Array(classes.length), classes);
}

function match(boxes: number[][], classes: number[], labels: number[][], labelClasses: number[]): number[][] {
  const correct = matchDetections(detected(boxes, classes), { boxes: labels.flat(), classes: labelClasses });
  return boxes.map((_, d) => Array.from(correct.subarray(d * 10, d * 10 + 10)));
}

/** The flags of a detection that is right up to and including this threshold number. */
const upTo = (count: number): number[] => Array.from({ length: 10 }, (_, t) => (t < count ? 1 : 0));

describe("matchDetections", () => {
  it("is right up to the IoU that a detection reaches", () => {
    expect(match([overlapping(0.72)], [0], [label], [0])).toEqual([upTo(5)]);
    expect(match([overlapping(1)], [0], [label], [0])).toEqual([upTo(10)]);
    expect(match([overlapping(0.49)], [0], [label], [0])).toEqual([upTo(0)]);
  });

  it("needs the class to be right", () => {
    expect(match([overlapping(0.9)], [1], [label], [0])).toEqual([upTo(0)]);
  });

  it("uses a label once a threshold: the better detection first, the tighter one where only it reaches", () => {
    expect(match([overlapping(0.72), overlapping(0.92)], [0, 0], [label, label], [0, 1])).toEqual([
      upTo(5),
      [0, 0, 0, 0, 0, 1, 1, 1, 1, 0],
    ]);
  });

  it("by the rules of 6.1 matches once for all thresholds", () => {
    const correct = matchDetections(
      detected([overlapping(0.72), overlapping(0.92)], [0, 0]),
      { boxes: label, classes: [0] },
      { rules: "6.1" },
    );
    expect(Array.from(correct)).toEqual([...upTo(5), ...upTo(0)]);
  });

  it("matches each detection with the label that it overlaps most", () => {
    const other = [0, 50, 100, 150];
    expect(
      match(
        [
          [0, 45, 100, 150],
          [0, 0, 100, 93],
        ],
        [0, 0],
        [label, other],
        [0, 0],
      ),
    ).toEqual([upTo(10), upTo(9)]);
  });

  it("by the rules of 8.4 matches a detection with the label that it overlaps most of those that are left", () => {
    // IoU of both with the second label: 0.6 / 0.95 and 0.6 / 0.9.
    const labels = { boxes: [...label, ...overlapping(0.6)], classes: [0, 0] };
    const rows = (rules: "7.0" | "8.4"): number[][] => {
      const correct = matchDetections(detected([overlapping(0.95), overlapping(0.9)], [0, 0]), labels, { rules });
      return [0, 10].map((from) => Array.from(correct.subarray(from, from + 10)));
    };
    expect(rows("8.4")).toEqual([upTo(10), upTo(4)]);
    expect(rows("7.0")).toEqual([upTo(10), upTo(0)]);
  });

  it("is empty without detections and all wrong without labels", () => {
    expect(match([], [], [label], [0])).toEqual([]);
    expect(match([overlapping(1)], [0], [], [])).toEqual([upTo(0)]);
  });

  it("of random boxes has no more right ones than labels, and fewer as the threshold rises", () => {
    for (let round = 0; round < 30; round++) {
      const rng = new Random("match").fork(round);
      const random = (count: number): number[] =>
        Array.from({ length: count }, () => {
          const [x, y] = [rng.uniform(0, 40), rng.uniform(0, 40)];
          return [x, y, x + rng.uniform(20, 40), y + rng.uniform(20, 40)];
        }).flat();
      const classes = Array.from({ length: 40 }, () => rng.integer(0, 2));
      const labels = { boxes: random(12), classes: Array.from({ length: 12 }, () => rng.integer(0, 2)) };
      const correct = matchDetections(detected([random(40)], classes), labels);
      const totals = Array.from(IOU_THRESHOLDS, (_, t) =>
        classes.reduce((sum, _label, d) => sum + correct[d * 10 + t]!, 0),
      );
      expect(totals[0]).toBeLessThanOrEqual(12);
      expect(totals[0]).toBeGreaterThan(0);
      expect(totals).toEqual([...totals].sort((a, b) => b - a));
    }
  });
});
