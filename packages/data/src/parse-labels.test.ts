import { describeGolden, goldenJson } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { type LabelFormat, parseLabels } from "./index.ts";

const pose = (count: number, dimensions: 2 | 3): LabelFormat => ({
  kind: "keypoints",
  keypoints: { shape: [count, dimensions] },
});

const reason = (row: string, format: LabelFormat): string | undefined =>
  parseLabels(row, "a.txt", 3, format).problems[0]?.reason;

describe("parseLabels of outlines", () => {
  it("lets them reach out of the image, as far as the box around them has its middle inside", () => {
    const { boxes, polygons, problems } = parseLabels("0 0.5 0.2 1.3 0.2 1.3 0.6", "a.txt", 1, { kind: "polygons" });
    expect(problems).toEqual([]);
    expect(boxes.length).toBe(4);
    expect(polygons?.[0]?.length).toBe(6);
    expect(parseLabels("0 1.5 0.2 1.9 0.2 1.9 0.6", "a.txt", 1, { kind: "polygons" }).problems).toEqual([
      {
        ...{ path: "a.txt", line: 1, kind: "out-of-bounds" },
        reason: "the outline reaches far out of the image: the box around it is 1.7 0.4 0.4 0.4 (cx cy w h)",
      },
    ]);
  });

  it("names two points among outlines, and accepts a file of boxes as such", () => {
    const outlines = "0 0.1 0.1 0.4 0.12 0.38 0.5\n1 0.5 0.5 0.2 0.3\n";
    for (const kind of ["polygons", "rotated"] as const) {
      const { classes, problems } = parseLabels(outlines, "a.txt", 3, { kind });
      expect([...classes]).toEqual([0]);
      expect(problems).toMatchObject([{ line: 2, kind: "columns" }]);
      expect(problems[0]?.reason).toContain("two points");
      expect(parseLabels("1 0.5 0.5 0.2 0.3\n", "a.txt", 3, { kind })).toMatchObject({ problems: [] });
    }
    // A detector accepts both
    expect([...parseLabels(outlines, "a.txt", 3).classes]).toEqual([0, 1]);
  });

  it("says which form is wanted", () => {
    expect(reason("0 0.1 0.1 0.4 0.5 0.3", { kind: "polygons" })).toContain("6 columns; an outline has the class");
    expect(reason("0 0.5 0.5 0.2 0.3 0.7", { kind: "rotated" })).toContain(
      "its four corners (x1 y1 … x4 y4), and no angle",
    );
    expect(reason("0 0.1 0.1 0.2 0.2 0.3 0.3 0.4 0.4", { kind: "rotated" })).toBe("the corners lie on a line");
    expect(reason("0 0.1 0.1 0.2 0.2 0.3 0.3 0.4 0.4", { kind: "polygons" })).toBeUndefined();
    expect(reason("0 0.1 0.1 0.2 0.1 0.3 0.1", { kind: "polygons" })).toBe("a box without area");
  });
});

describe("parseLabels of keypoints", () => {
  it("names a wrong number of them, and what is out of bounds", () => {
    expect(reason("0 0.5 0.5 0.4 0.4 0.4 0.4 2", pose(3, 3))).toBe(
      "8 columns; with kpt_shape [3, 3] an object has 14: class cx cy w h, then x, y and visibility of 3 keypoints",
    );
    expect(reason("0 0.5 0.5 0.4 0.4", pose(2, 2))).toContain("an object has 9: class cx cy w h, then x and y of 2");
    expect(reason("0 0.5 0.5 0.4 0.4 0.3 1.02 2", pose(1, 3))).toContain("column 7 is out of bounds: 1.02");
    expect(reason("0 0.5 0.5 0.4 0.4 -0.02 0.3", pose(1, 2))).toContain("column 6 is out of bounds: -0.02");
    expect(reason("0 0.5 0.5 0.4 0.4 0.3 0.3 -1", pose(1, 3))).toContain("the visibility in column 8 is negative: -1");
    expect(reason("0 0.5 1.4 0.4 0.4 0.3 0.3 1", pose(1, 3))).toContain("column 3 is out of bounds");
    expect(reason("0 0.5 0.5 0 0.4 0.3 0.3 1", pose(1, 3))).toBe("a box without area");
  });

  it("has rows that differ in a keypoint alone", () => {
    const row = "0 0.5 0.5 0.4 0.4 0.25";
    const { keypoints, problems } = parseLabels(`${row} 0.5 2\n${row} 0.75 2\n${row} 0.5 2`, "a.txt", 1, pose(1, 3));
    expect([...(keypoints ?? [])]).toEqual([0.25, 0.5, 2, 0.25, 0.75, 2]);
    expect(problems).toMatchObject([{ line: 3, kind: "duplicate", reason: "the same object as line 1" }]);
  });

  it("is passed over by a detector that knows how many there are", () => {
    const { keypoints } = pose(2, 3);
    const row = "1 0.5 0.5 0.4 0.25 0.3 0.3 2 0.4 0.4 0";
    const { boxes, problems } = parseLabels(row, "a.txt", 2, keypoints === undefined ? {} : { keypoints });
    expect([...boxes]).toEqual([0.5, 0.5, Math.fround(0.4), 0.25]);
    expect(problems).toEqual([]);
  });
});

interface Case {
  task: keyof typeof kinds;
  name: string;
  text: string | null;
  classes: number;
  kpt_shape: [number, 2 | 3] | null;
  single_cls: boolean;
  outcome: string;
  rows_removed?: number;
  rows_cls_xywh: number[][];
  polygons?: number[][][];
  keypoints?: number[][][];
}

const kinds = { detect: "boxes", segment: "polygons", obb: "rotated", pose: "keypoints" } as const;

/** Where rows are left out that YOLOv8 accepts, as of boxes always: two points, half a class, a box outside of the image. */
const stricter = ["box row among polygons", "fractional class", "box outside, keypoints inside"];

describeGolden("label files of YOLOv8", ["tasks/data/parse.json"], () => {
  const cases = goldenJson("tasks/data/parse.json") as Case[];
  const parse = ({ task, text, classes, kpt_shape: shape, single_cls: single }: Case) =>
    parseLabels(text ?? "", "a.txt", single ? Number.MAX_SAFE_INTEGER : classes, {
      kind: kinds[task],
      ...(shape === null ? {} : { keypoints: { shape } }),
    });
  const isAccepted = ({ name, outcome }: Case): boolean => outcome.startsWith("accepted") && !stricter.includes(name);

  it.each(cases.filter(isAccepted).map((one) => [one.task, one.name, one] as const))("%s: %s", (_task, _name, one) => {
    const { classes, boxes, polygons, keypoints, problems } = parse(one);
    expect(problems.map(({ kind }) => kind)).toEqual(Array(one.rows_removed ?? 0).fill("duplicate"));
    // Of files with repeated rows YOLOv8 sorts what is left; here rows stay in their order
    const order = [...classes.keys()];
    if (one.rows_removed !== undefined) order.sort((a, b) => (classes[a] ?? 0) - (classes[b] ?? 0));
    const rows = order.map((i) => [one.single_cls ? 0 : classes[i], ...boxes.subarray(i * 4, i * 4 + 4)]);
    expect(rows).toEqual(one.rows_cls_xywh);
    expect(polygons && order.map((i) => [...(polygons[i] ?? [])])).toEqual(
      one.polygons?.map((points) => points.flat()),
    );
    if (one.keypoints !== undefined) expect([...(keypoints ?? [])]).toEqual(one.keypoints.flat(2));
  });

  it.each(cases.filter((one) => !isAccepted(one)).map((one) => [one.task, one.name, one.outcome, one] as const))(
    "%s: %s: %s",
    (_task, _name, _outcome, one) => {
      const { problems, classes } = parse(one);
      const rows = one.text?.split("\n").filter((line) => line.trim() !== "").length ?? 0;
      expect(problems).toHaveLength(1);
      expect(problems[0]?.line).toBeGreaterThan(0);
      expect(classes.length).toBe(rows - 1);
    },
  );
});
