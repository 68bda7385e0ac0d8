import type { HeadSpec, RawMap } from "./decode-maps.ts";

/** The cell that an anchor lies in. */
export interface AnchorCell {
  column: number;
  row: number;
  /** Its side in pixels. */
  stride: number;
}

/** The cells of anchors by their numbers, where each cell has one. */
export function anchorCells(anchors: Int32Array, maps: readonly RawMap[], { strides }: HeadSpec): AnchorCell[] {
  let cells = 0;
  const levels = strides.map((stride, level) => {
    const [, height = 0, width = 0] = maps[level]?.shape ?? [];
    const first = cells;
    cells += height * width;
    return { first, width, stride };
  });
  return Array.from(anchors, (anchor) => {
    const { first, width, stride } = levels.findLast((level) => level.first <= anchor)!;
    return { column: (anchor - first) % width, row: Math.floor((anchor - first) / width), stride };
  });
}
