import { LookonceError } from "@lookonce/errors";
import type { BatchSize, HostTargets } from "../targets.ts";
import type { AnchorTargets } from "./anchor-targets.ts";

type LevelAnchors = readonly (readonly [width: number, height: number])[];

/** Settings of {@link AnchorAssigner}. */
export interface AnchorAssignerOptions {
  /** Of every level, finest level first. */
  anchors: readonly LevelAnchors[];
  /** Pixels per cell of every level. */
  strides: readonly number[];
  /** How many times as long or short a target's side may be as the anchor's (`anchor_t`). Default 4. */
  threshold?: number;
}

/** One object of a batch: image, class, center and size in pixels. */
export interface AnchorTarget {
  image: number;
  /** Its row in the batch's targets. Default 0. */
  object?: number;
  label: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A target that one anchor of one cell of a level is to learn. */
export interface AnchorMatch {
  image: number;
  anchor: number;
  column: number;
  row: number;
  label: number;
  /** The target's row in the batch's targets. */
  object: number;
  /** Offset of the center from the cell's corner and size, in cells: x, y, width, height. */
  box: readonly [number, number, number, number];
}

/** A target seen from a level and one of its anchors, in cells. */
interface Candidate extends AnchorTarget {
  anchor: number;
}

/**
 * Steps back from a target's center to the cells it is matched with: its own, left, up, right, down. The center moves
 * by half a cell, so that a neighbor is reached from the half of the cell that touches it.
 */
const moves: readonly { x: number; y: number; applies: (target: Candidate, grid: Grid) => boolean }[] = [
  { x: 0, y: 0, applies: () => true },
  { x: 0.5, y: 0, applies: ({ x }) => isNear(x) },
  { x: 0, y: 0.5, applies: ({ y }) => isNear(y) },
  { x: -0.5, y: 0, applies: ({ x }, { width }) => isNear(Math.fround(width - x)) },
  { x: 0, y: -0.5, applies: ({ y }, { height }) => isNear(Math.fround(height - y)) },
];

/**
 * Target building of YOLOv5 (6.1 and 7.0).
 *
 * A target is matched with every anchor of every level whose sides differ from its own by less than `threshold`:
 * max(w/wₐ, wₐ/w, h/hₐ, hₐ/h) < 4. Each match is learned by the cell of the target's center and by the
 * neighbors, at most two, that the center is nearer than half a cell to; cells beyond the border do not exist. A box
 * whose center is outside the image belongs to the nearest cell inside. A center exactly on the border of two cells
 * is matched with the later one twice, which doubles its say in the mean.
 *
 * All of it depends on targets and anchors alone, so it runs on the host, beside the device's work, and what the graph
 * sees are rows to gather (see {@link AnchorTargets}). Targets without area match no anchor.
 */
export class AnchorAssigner {
  readonly anchors: readonly LevelAnchors[];
  readonly strides: readonly number[];
  readonly threshold: number;

  /** @throws LookonceError `ARGUMENT` when levels, anchors and strides do not fit each other. */
  constructor({ anchors, strides, threshold = 4 }: AnchorAssignerOptions) {
    const perLevel = anchors[0]?.length ?? 0;
    if (perLevel === 0 || anchors.length !== strides.length || anchors.some(({ length }) => length !== perLevel)) {
      throw new LookonceError(
        "ARGUMENT",
        `every level needs a stride and as many anchors as the others, but there are ${strides.length} strides and [${anchors.map(({ length }) => length)}] anchors`,
      );
    }
    if (!(threshold > 1)) throw new LookonceError("ARGUMENT", `threshold must be above 1, but is ${threshold}`);
    this.anchors = anchors;
    this.strides = strides;
    this.threshold = threshold;
  }

  /**
   * Shares out the objects of a batch.
   *
   * The number of rows R is 1,024, 4,096, 16,384, …: the smallest that fits every level's matches. It is all that the
   * shapes depend on, besides the number of levels.
   *
   * @throws LookonceError `ARGUMENT` when the images' sides are not multiples of every stride
   */
  assign({ labels, boxes, mask, maxTargets }: HostTargets, size: BatchSize): AnchorTargets {
    const targets: AnchorTarget[] = [];
    for (let i = 0; i < size.count * maxTargets; i++) {
      if (mask[i] !== 1) continue;
      const [x1, y1, x2, y2] = [0, 1, 2, 3].map((side) => boxes[4 * i + side]) as [number, number, number, number];
      const image = Math.floor(i / maxTargets);
      const center = { x: (x1 + x2) / 2, y: (y1 + y2) / 2 };
      const size = { width: x2 - x1, height: y2 - y1 };
      targets.push({ image, object: i, label: labels[i] as number, ...center, ...size });
    }
    const levels = this.match(targets, size);
    const counts = levels.map(({ length }) => length);
    const rows = rowBucket(Math.max(...counts));
    const total = levels.length * rows;
    const packed: AnchorTargets = {
      ...{ levels: levels.length, rows, counts },
      cells: new Int32Array(total),
      labels: new Int32Array(total),
      images: new Int32Array(total),
      objects: new Int32Array(total),
      // Padding is a box like any other, so that what is computed of it is finite.
      boxes: new Float32Array(total * 4).fill(1),
      anchors: new Float32Array(total * 2).fill(1),
      mask: new Float32Array(total),
      last: new Float32Array(total),
    };
    const grids = cellGrids(size, this.strides);
    for (const [level, matches] of levels.entries()) {
      const [grid, anchors] = [grids[level] as Grid, this.anchors[level] as LevelAnchors];
      const lastOf = new Map<number, number>();
      for (const [i, { image, row, column, anchor, label, object, box }] of matches.entries()) {
        const at = level * rows + i;
        const cell = ((image * grid.height + row) * grid.width + column) * anchors.length + anchor;
        packed.cells[at] = cell;
        packed.labels[at] = label;
        packed.images[at] = image;
        packed.objects[at] = object;
        packed.boxes.set(box, at * 4);
        packed.anchors.set(anchors[anchor] as LevelAnchors[number], at * 2);
        packed.mask[at] = 1;
        lastOf.set(cell, at);
      }
      for (const at of lastOf.values()) packed.last[at] = 1;
    }
    return packed;
  }

  /**
   * The matches of every level, in the reference's order: all targets in their own cells, anchor by anchor, then those
   * moved left, up, right and down. Where two fall on one cell and anchor, the later one counts.
   */
  match(targets: readonly AnchorTarget[], size: Omit<BatchSize, "count">): AnchorMatch[][] {
    return cellGrids(size, this.strides).map((grid, level) => {
      const anchors = this.anchors[level] as LevelAnchors;
      const inCells = targets.map((target) => scaled(target, this.strides[level] as number));
      const candidates = anchors.flatMap((sides, anchor) =>
        inCells.filter((target) => this.#fits(target, sides)).map((target): Candidate => ({ ...target, anchor })),
      );
      return moves.flatMap(({ x, y, applies }) =>
        candidates
          .filter((target) => applies(target, grid))
          .map((target) => matchAt(target, { x: target.x - x, y: target.y - y }, grid)),
      );
    });
  }

  /** Whether an anchor's sides are near enough to a target's. */
  #fits({ width, height }: AnchorTarget, anchor: LevelAnchors[number]): boolean {
    return [width, height].every((side, i) => {
      const ratio = Math.fround(side / (anchor[i] as number));
      return ratio > 0 && Math.max(ratio, Math.fround(1 / ratio)) < this.threshold;
    });
  }
}

/** In cells, rounded to float32 as tensors would be. */
function scaled({ x, y, width, height, ...target }: AnchorTarget, stride: number): AnchorTarget {
  const inCells = (length: number): number => Math.fround(length / stride);
  return { ...target, x: inCells(x), y: inCells(y), width: inCells(width), height: inCells(height) };
}

/** Whether a position lies in the lower half of its cell and has a cell below it. */
function isNear(position: number): boolean {
  return position % 1 < 0.5 && position > 1;
}

function matchAt(target: Candidate, center: { x: number; y: number }, grid: Grid): AnchorMatch {
  const limit = (cell: number, count: number): number => Math.min(Math.max(Math.trunc(cell), 0), count - 1);
  const [column, row] = [limit(center.x, grid.width), limit(center.y, grid.height)];
  const { image, object = 0, label, anchor, x, y, width, height } = target;
  return { image, object, label, anchor, column, row, box: [x - column, y - row, width, height] };
}

type Grid = Omit<BatchSize, "count">;

/**
 * The levels' cells for images of a size in pixels.
 *
 * @throws LookonceError `ARGUMENT` when a side is not a multiple of every stride
 */
function cellGrids({ height, width }: Grid, strides: readonly number[]): Grid[] {
  return strides.map((stride) => {
    const grid = { height: height / stride, width: width / stride };
    if (Number.isInteger(grid.height) && Number.isInteger(grid.width)) return grid;
    throw new LookonceError(
      "ARGUMENT",
      `images must have sides that are multiples of ${Math.max(...strides)}, but are ${width} × ${height} pixels`,
    );
  });
}

/** The smallest of 1,024, 4,096, 16,384, … that is at least `count`: wide steps, since each is a graph to compile. */
function rowBucket(count: number): number {
  let rows = 1024;
  while (rows < count) rows *= 4;
  return rows;
}
