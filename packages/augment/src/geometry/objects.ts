import type { Size } from "@lookonce/image";
import type { Objects } from "../sample.ts";

/** `x · scale[0] + shift[0]`, `y · scale[1] + shift[1]`, in pixels. */
export interface Move {
  scale?: readonly [number, number];
  shift?: readonly [number, number];
}

/** The corners of the box in this row. */
export function boxAt(boxes: ArrayLike<number>, row: number): [x1: number, y1: number, x2: number, y2: number] {
  const at = (column: number): number => boxes[row * 4 + column] as number;
  return [at(0), at(1), at(2), at(3)];
}

/** The objects with every point scaled, then shifted. */
export function moveObjects(objects: Objects, { scale = [1, 1], shift = [0, 0] }: Move): Objects {
  return mapPoints(objects, (value, axis) => value * scale[axis] + shift[axis]);
}

/** Clips every point to x in [0, width − `margin`] and y in [0, height − `margin`], in pixels. */
export function clipObjects(objects: Objects, { width, height }: Size, margin = 0): Objects {
  const limits = [width - margin, height - margin] as const;
  return mapPoints(objects, (value, axis) => Math.min(Math.max(value, 0), limits[axis]));
}

/** The objects in the given rows, in that order. */
export function selectObjects({ boxes, classes, polygons }: Objects, rows: readonly number[]): Objects {
  const chosen = new Float32Array(rows.length * 4);
  rows.forEach((row, i) => {
    chosen.set(boxes.subarray(row * 4, row * 4 + 4), i * 4);
  });
  const objects: Objects = { boxes: chosen, classes: Int32Array.from(rows, (row) => classes[row] as number) };
  if (polygons !== undefined) objects.polygons = rows.map((row) => polygons[row] as Float32Array);
  return objects;
}

/** The objects whose box passes the test. */
export function filterObjects(objects: Objects, keep: (row: number) => boolean): Objects {
  return selectObjects(objects, [...objects.classes.keys()].filter(keep));
}

/** All objects of several lists in one. Where only some have polygons, the others' are of length 0. */
export function joinObjects(lists: readonly Objects[]): Objects {
  const count = lists.reduce((sum, { classes }) => sum + classes.length, 0);
  const boxes = new Float32Array(count * 4);
  const classes = new Int32Array(count);
  let row = 0;
  for (const list of lists) {
    boxes.set(list.boxes, row * 4);
    classes.set(list.classes, row);
    row += list.classes.length;
  }
  if (lists.every(({ polygons }) => polygons === undefined)) return { boxes, classes };
  const none = new Float32Array(0);
  const polygons = lists.flatMap((list) => list.polygons ?? Array.from(list.classes, () => none));
  return { boxes, classes, polygons };
}

/** The objects that are more than points or lines: width and height above 0. */
export function dropEmpty(objects: Objects): Objects {
  return filterObjects(objects, (row) => {
    const [x1, y1, x2, y2] = boxAt(objects.boxes, row);
    return x2 > x1 && y2 > y1;
  });
}

function mapPoints(objects: Objects, change: (value: number, axis: 0 | 1) => number): Objects {
  const all = (values: Float32Array): Float32Array => values.map((value, i) => change(value, (i % 2) as 0 | 1));
  const moved: Objects = { boxes: all(objects.boxes), classes: objects.classes };
  if (objects.polygons !== undefined) moved.polygons = objects.polygons.map(all);
  return moved;
}

/** Objects on an image of this width that is mirrored left to right. */
export function mirrorObjects(objects: Objects, width: number): Objects {
  const { boxes, ...rest } = moveObjects(objects, { scale: [-1, 1], shift: [width, 0] });
  return { ...rest, boxes: swapSides(boxes, 0) };
}

/** A mirrored box's corners, left (or top) first again. */
export function swapSides(boxes: Float32Array, low: 0 | 1): Float32Array {
  return boxes.map((_, i) => boxes[i % 4 === low ? i + 2 : i % 4 === low + 2 ? i - 2 : i] as number);
}
