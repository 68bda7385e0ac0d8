import { LookonceError } from "@lookonce/errors";
import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import type { HostTargets } from "../targets.ts";
import { AnchorAssigner, type AnchorTarget } from "./anchor-assigner.ts";

/** One level of 8-pixel cells with one anchor of 2 × 2 cells. */
const single = new AnchorAssigner({ anchors: [[[2, 2]]], strides: [8] });
const image = { height: 32, width: 32 };

/** A target given in cells of 8 pixels. */
function inCells(x: number, y: number, width = 2, height = 2): AnchorTarget {
  return { image: 0, label: 0, x: 8 * x, y: 8 * y, width: 8 * width, height: 8 * height };
}

function cellsOf(target: AnchorTarget): [number, number][] {
  return single.match([target], image)[0]!.map(({ column, row }) => [column, row]);
}

function hostTargets(images: number[][][], maxTargets = 8): HostTargets {
  const size = images.length * maxTargets;
  const targets = {
    labels: new Int32Array(size).fill(7),
    boxes: new Float32Array(size * 4),
    mask: new Float32Array(size),
    maxTargets,
  };
  images.forEach((objects, p) => {
    objects.forEach(([label, ...box], i) => {
      const at = p * maxTargets + i;
      targets.labels[at] = label!;
      targets.boxes.set(box, 4 * at);
      targets.mask[at] = 1;
    });
  });
  return targets;
}

describe("AnchorAssigner", () => {
  it("matches sides that differ by a factor below 4, either way", () => {
    const matches = (width: number, height: number) => cellsOf(inCells(1.5, 1.5, width, height)).length > 0;
    expect(matches(7.9, 2)).toBe(true);
    expect(matches(8, 2)).toBe(false);
    expect(matches(2, 0.51)).toBe(true);
    expect(matches(2, 0.5)).toBe(false);
    expect(matches(7.9, 0.51)).toBe(true);
    const strict = new AnchorAssigner({ anchors: [[[2, 2]]], strides: [8], threshold: 1.5 });
    expect(strict.match([inCells(1.5, 1.5, 3.1, 2)], image)[0]).toEqual([]);
  });

  it("asks the neighbors that the center is nearest to, left or right, up or down", () => {
    expect(cellsOf(inCells(1.25, 2.25))).toEqual([
      [1, 2],
      [0, 2],
      [1, 1],
    ]);
    expect(cellsOf(inCells(1.75, 2.75))).toEqual([
      [1, 2],
      [2, 2],
      [1, 3],
    ]);
    expect(cellsOf(inCells(1.5, 1.5))).toEqual([[1, 1]]);
  });

  it("counts the cell of a center on its border twice, as the reference does", () => {
    // Half a cell to the right of the border is still the same cell.
    expect(cellsOf(inCells(2, 1.5))).toEqual([
      [2, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  it("asks no neighbor beyond the border, and the nearest cell for centers outside", () => {
    expect(cellsOf(inCells(0.25, 3.75))).toEqual([[0, 3]]);
    expect(cellsOf(inCells(3.75, 0.25))).toEqual([[3, 0]]);
    const [outside] = single.match([inCells(-0.5, 4.5)], image)[0]!;
    expect([outside!.column, outside!.row, ...outside!.box]).toEqual([0, 3, -0.5, 1.5, 2, 2]);
  });

  it("knows rectangular images, several levels and anchors", () => {
    const assigner = new AnchorAssigner({
      anchors: [
        [
          [2, 2],
          [4, 2],
        ],
        [
          [2, 2],
          [20, 20],
        ],
      ],
      strides: [8, 16],
    });
    const target = { image: 1, label: 5, x: 92, y: 28, width: 32, height: 16 };
    const [fine, coarse] = assigner.match([target], { height: 64, width: 96 });
    expect(fine!.map(({ anchor, column, row }) => [anchor, column, row])).toEqual([
      [0, 11, 3],
      [1, 11, 3],
    ]);
    expect(coarse).toEqual([
      { image: 1, object: 0, label: 5, anchor: 0, column: 5, row: 1, box: [0.75, 0.75, 2, 1] },
      { image: 1, object: 0, label: 5, anchor: 0, column: 5, row: 2, box: [0.75, -0.25, 2, 1] },
    ]);
  });

  it("covers every target that an anchor fits with one to three cells around its center, and no other", () => {
    const random = new Random(5);
    const anchors = [
      [
        [1, 1],
        [2, 3],
      ],
      [
        [1.5, 2],
        [4, 3],
      ],
    ] as [number, number][][];
    const strides = [8, 16];
    const assigner = new AnchorAssigner({ anchors, strides });
    for (let round = 0; round < 300; round++) {
      const target = {
        image: 0,
        label: 0,
        x: random.uniform(0, 96),
        y: random.uniform(0, 64),
        width: random.uniform(1, 90),
        height: random.uniform(1, 60),
      };
      assigner.match([target], { height: 64, width: 96 }).forEach((matches, level) => {
        const stride = strides[level]!;
        anchors[level]!.forEach(([width, height], anchor) => {
          const ratios = [target.width / stride / width!, target.height / stride / height!];
          const fits = ratios.every((ratio) => Math.max(ratio, 1 / ratio) < 4);
          const cells = matches.filter((match) => match.anchor === anchor);
          expect(cells.length >= 1 && cells.length <= 3).toBe(fits);
          for (const { box, column, row } of cells) {
            // All that 2σ − 0.5 can say.
            for (const offset of box.slice(0, 2)) expect(offset >= -0.5 && offset <= 1.5).toBe(true);
            expectClose([column + box[0], row + box[1]], [target.x / stride, target.y / stride], { abs: 1e-5 });
            expect(column >= 0 && column < 96 / stride && row >= 0 && row < 64 / stride).toBe(true);
          }
        });
      });
    }
  });

  it("matches nothing with targets that have no area or run backwards", () => {
    for (const [width, height] of [
      [0, 2],
      [2, 0],
      [0, 0],
      [-2, -2],
      [Number.NaN, 2],
    ]) {
      expect(cellsOf(inCells(1.5, 1.5, width, height))).toEqual([]);
    }
  });

  it("says what does not fit", () => {
    expect(() => new AnchorAssigner({ anchors: [[[2, 2]]], strides: [8, 16] })).toThrow(/2 strides and \[1\] anchors/);
    expect(() => new AnchorAssigner({ anchors: [[[2, 2]]], strides: [8], threshold: 1 })).toThrow(/above 1/);
    expect(() => single.match([], { height: 30, width: 32 })).toThrow(LookonceError);
  });
});

describe("rows of anchor targets", () => {
  const size = { count: 2, ...image };

  it("name places in the head's map and leave padding out", () => {
    const rows = single.assign(hostTargets([[], [[3, 4, 4, 20, 20]]]), size);
    expect([rows.levels, rows.rows, rows.counts]).toEqual([1, 1024, [1]]);
    // Image 1, row 1, column 1 of 4 × 4 cells.
    expect([...rows.cells.subarray(0, 2)]).toEqual([21, 0]);
    expect([...rows.labels.subarray(0, 2)]).toEqual([3, 0]);
    expect([...rows.boxes.subarray(0, 8)]).toEqual([0.5, 0.5, 2, 2, 1, 1, 1, 1]);
    expect([...rows.anchors.subarray(0, 4)]).toEqual([2, 2, 1, 1]);
    expect(rows.mask.reduce((a, b) => a + b)).toBe(1);
  });

  it("say which match of a cell is the last", () => {
    const same = [4, 4, 20, 20];
    const rows = single.assign(
      hostTargets([
        [
          [0, ...same],
          [1, ...same],
        ],
        [[2, ...same]],
      ]),
      size,
    );
    expect([...rows.last.subarray(0, 4)]).toEqual([0, 1, 1, 0]);
  });

  it("come in few numbers", () => {
    // Centers in the corner of a cell have three matches each.
    const many = (count: number) =>
      single.assign(hostTargets([Array.from({ length: count }, () => [0, 9, 9, 25, 25])], count), {
        ...size,
        count: 1,
      });
    expect(many(341).rows).toBe(1024);
    expect(many(342).rows).toBe(4096);
    expect(many(342).counts).toEqual([3 * 342]);
  });
});
