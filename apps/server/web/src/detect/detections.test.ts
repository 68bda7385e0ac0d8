import { describe, expect, it } from "vitest";
import type { FoundBox } from "../api/types.ts";
import { foundClasses, tally, wantedBoxes } from "./detections.ts";

const box = (name: string, confidence: number): FoundBox => ({
  ...{ x1: 0, y1: 0, x2: 10, y2: 10 },
  ...{ name, confidence, class: name.length },
});
const boxes = [box("cup", 0.3), box("person", 0.9), box("cup", 0.6), box("dog", 0.1)];
const none: ReadonlySet<string> = new Set();

describe("wantedBoxes", () => {
  it("leaves out unsure boxes and hidden classes, best first", () => {
    const wanted = wantedBoxes(boxes, { conf: 0.3, hidden: new Set(["person"]) });
    expect(wanted.map(({ confidence }) => confidence)).toEqual([0.6, 0.3]);
    expect(wantedBoxes(boxes, { conf: 0, hidden: none })).toHaveLength(4);
  });
});

describe("foundClasses", () => {
  it("counts at the confidence, and keeps classes that are below it", () => {
    expect(foundClasses(boxes, 0.5).map(({ name, count }) => [name, count])).toEqual([
      ["cup", 1],
      ["person", 1],
      ["dog", 0],
    ]);
  });
});

describe("tally", () => {
  it("says what there is", () => {
    expect(tally(boxes)).toBe("2 × cup, 1 × dog, 1 × person");
    expect(tally([])).toBe("nothing");
  });
});
