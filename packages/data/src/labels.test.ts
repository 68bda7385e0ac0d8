import { join, sep } from "node:path";
import { expectClose } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { labelPath, parseLabels } from "./index.ts";

const reason = (row: string, classCount = 80): string | undefined =>
  parseLabels(row, "a.txt", classCount).problems[0]?.reason;

describe("labelPath", () => {
  it("turns the last folder images into labels", () => {
    const at = (...parts: string[]): string => sep + join(...parts);
    expect(labelPath(at("images", "a", "images", "val", "x.y.jpg"))).toBe(
      at("images", "a", "labels", "val", "x.y.txt"),
    );
    expect(labelPath(at("photos", "x.png"))).toBe(at("photos", "x.txt"));
    expect(labelPath(at("my.images", "x.png"))).toBe(at("my.images", "x.txt"));
  });
});

describe("parseLabels", () => {
  it("reads boxes, whatever the line ends and spaces", () => {
    const { classes, boxes, problems } = parseLabels(
      "\uFEFF0 0.5 0.5 1 1\r\n\r\n  2\t0.25 0.5  .1 2e-1 \n",
      "a.txt",
      3,
    );
    expect([...classes]).toEqual([0, 2]);
    expectClose(boxes, [0.5, 0.5, 1, 1, 0.25, 0.5, 0.1, 0.2], { abs: 1e-7 });
    expect(problems).toEqual([]);
  });

  it("computes the box around a polygon", () => {
    const { boxes } = parseLabels("1 0.1 0.2 0.5 0.3 0.3 0.8", "a.txt", 2);
    expectClose(boxes, [0.3, 0.5, 0.4, 0.6], { abs: 1e-7 });
  });

  it("computes the box around a polygon of 200,000 points", () => {
    const points = Array.from({ length: 200_000 }, (_, i) => (i % 2 === 0 ? "0.25 0.5" : "0.75 0.125")).join(" ");
    const { boxes, problems } = parseLabels(`0 ${points}`, "a.txt", 1);
    expect([...boxes]).toEqual([0.5, 0.3125, 0.5, 0.375]);
    expect(problems).toEqual([]);
  });

  it("keeps polygons beside their boxes, and nothing where there are none", () => {
    const { polygons } = parseLabels("0 0.5 0.5 0.2 0.2\n1 0.1 0.2 0.5 0.3 0.3 0.8\n9 0 0 0 1 1 1", "a.txt", 2);
    expect(polygons?.length).toBe(2);
    expect([...(polygons?.[0] ?? [1])]).toEqual([]);
    expectClose(polygons?.[1] as Float32Array, [0.1, 0.2, 0.5, 0.3, 0.3, 0.8], { abs: 1e-7 });
    expect(parseLabels("0 0.5 0.5 0.2 0.2", "a.txt", 2)).not.toHaveProperty("polygons");
  });

  it("says what is wrong with a row", () => {
    expect(reason("80 0.5 0.5 0.1 0.1")).toBe("class 80 of 80 classes (0 to 79)");
    expect(reason("-1 0.5 0.5 0.1 0.1")).toContain("class -1 of 80 classes");
    expect(reason("1.5 0.5 0.5 0.1 0.1")).toBe("class 1.5 is not a whole number");
    expect(reason("1 0.5 nan 0.1 0.1")).toBe("column 3 is not a finite number: nan");
    expect(reason("1 0.5 0.5 Infinity 0.1")).toContain("column 4");
    expect(reason("cat 0.5 0.5 0.1 0.1")).toContain("column 1 is not a finite number: cat");
    expect(reason("1 320 200 50 50")).toContain("column 2 is out of bounds: 320");
    expect(reason("1 0.5 0.5 -0.1 0.1")).toContain("column 4 is out of bounds");
    expect(reason("1 0.5 0.5 0 0.1")).toBe("a box without area");
    expect(reason("1 0.5 0.5 0.1")).toContain("4 columns");
    expect(reason("1 0.5 0.5 0.1 0.1 0.9")).toContain("6 columns");
    expect(reason("1 0.1 0.1 0.2 0.2 0.3 0.3 0.4")).toContain("8 columns");
  });

  it("keeps the good rows beside the bad ones and names their lines", () => {
    const text = "0 0.5 0.5 0.1 0.1\n9 0.5 0.5 0.1 0.1\n1 0.2 0.2 0.1 0.1\n\n0 0.50 0.5 0.1 0.1\n";
    const { classes, problems } = parseLabels(text, "b.txt", 2);
    expect([...classes]).toEqual([0, 1]);
    expect(problems).toEqual([
      { path: "b.txt", line: 2, kind: "class", reason: "class 9 of 2 classes (0 to 1)" },
      { path: "b.txt", line: 5, kind: "duplicate", reason: "the same object as line 1" },
    ]);
  });
});
