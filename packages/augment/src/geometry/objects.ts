import { pickRows, resamplePolygon } from "@lookonce/geometry";
import type { Objects } from "../sample.ts";

/** `x · scale[0] + shift[0]`, `y · scale[1] + shift[1]`, in pixels. */
export interface Move {
  scale?: readonly [number, number];
  shift?: readonly [number, number];
}

/** A rectangle in pixels: x1, y1, x2, y2, its edges included. */
export type Limits = readonly [number, number, number, number];

/** The corners of the box in this row. */
export function boxAt(boxes: ArrayLike<number>, row: number): [x1: number, y1: number, x2: number, y2: number] {
  const at = (column: number): number => boxes[row * 4 + column] as number;
  return [at(0), at(1), at(2), at(3)];
}

/** The objects with every point scaled, then shifted. */
export function moveObjects(objects: Objects, { scale = [1, 1], shift = [0, 0] }: Move): Objects {
  const move = (value: number, axis: 0 | 1): number => value * scale[axis] + shift[axis];
  const all = (values: Float32Array): Float32Array => values.map((value, i) => move(value, (i % 2) as 0 | 1));
  const moved: Objects = { boxes: all(objects.boxes), classes: objects.classes };
  if (objects.polygons !== undefined) moved.polygons = objects.polygons.map(all);
  if (objects.keypoints !== undefined) {
    moved.keypoints = objects.keypoints.map((value, i) => (i % 3 < 2 ? move(value, (i % 3) as 0 | 1) : value));
  }
  return moved;
}

/**
 * Clips every box and point to a rectangle. Keypoints outside are no longer visible.
 *
 * @param outlinePoints Points that a polygon gets before it is clipped (see {@link clipPolygon}); default: its own
 */
export function clipObjects(objects: Objects, limits: Limits, outlinePoints = 0): Objects {
  const clipped: Objects = { boxes: clipPoints(objects.boxes, limits), classes: objects.classes };
  const { polygons, keypoints } = objects;
  if (polygons !== undefined) clipped.polygons = polygons.map((one) => clipPolygon(one, limits, outlinePoints));
  if (keypoints !== undefined) clipped.keypoints = clipKeypoints(keypoints, limits);
  return clipped;
}

/** Rows of x, y, or of more such pairs, clipped. */
export function clipPoints(points: Float32Array, [left, top, right, bottom]: Limits): Float32Array {
  return points.map((value, i) =>
    i % 2 === 0 ? Math.min(Math.max(value, left), right) : Math.min(Math.max(value, top), bottom),
  );
}

/**
 * A polygon clipped to a rectangle. One that reaches out of it gets `outlinePoints` points first: with its corners alone it
 * would change its shape inside, too. Others stay as they are.
 */
export function clipPolygon(polygon: Float32Array, limits: Limits, outlinePoints: number): Float32Array {
  const [left, top, right, bottom] = limits;
  const isInside = polygon.every((value, i) =>
    i % 2 === 0 ? value >= left && value <= right : value >= top && value <= bottom,
  );
  return isInside ? polygon : clipPoints(resamplePolygon(polygon, outlinePoints), limits);
}

/** Rows of x, y, visibility, clipped; of those outside, visibility is 0. */
export function clipKeypoints(keypoints: Float32Array, [left, top, right, bottom]: Limits): Float32Array {
  const clipped = keypoints.slice();
  for (let i = 0; i < clipped.length; i += 3) {
    const x = clipped[i] as number;
    const y = clipped[i + 1] as number;
    if (x >= left && x <= right && y >= top && y <= bottom) continue;
    clipped[i] = Math.min(Math.max(x, left), right);
    clipped[i + 1] = Math.min(Math.max(y, top), bottom);
    clipped[i + 2] = 0;
  }
  return clipped;
}

/** The objects in the given rows, in that order. */
export function selectObjects({ boxes, classes, polygons, keypoints }: Objects, rows: readonly number[]): Objects {
  const objects: Objects = {
    boxes: pickRows(boxes, rows, 4),
    classes: Int32Array.from(rows, (row) => classes[row] as number),
  };
  if (polygons !== undefined) objects.polygons = rows.map((row) => polygons[row] as Float32Array);
  if (keypoints !== undefined) objects.keypoints = pickRows(keypoints, rows, keypoints.length / classes.length);
  return objects;
}

/** The objects whose box passes the test. */
export function filterObjects(objects: Objects, keep: (row: number) => boolean): Objects {
  return selectObjects(objects, [...objects.classes.keys()].filter(keep));
}

/**
 * All objects of several lists in one. Where only some have polygons, the others' are of length 0; where only some have
 * keypoints, the others' are at 0, 0 and not visible.
 */
export function joinObjects(lists: readonly Objects[]): Objects {
  const count = lists.reduce((sum, { classes }) => sum + classes.length, 0);
  const boxes = new Float32Array(count * 4);
  const classes = new Int32Array(count);
  const joined: Objects = { boxes, classes };
  const columns = keypointColumns(lists);
  if (columns !== undefined) joined.keypoints = new Float32Array(count * columns);
  let row = 0;
  for (const list of lists) {
    boxes.set(list.boxes, row * 4);
    classes.set(list.classes, row);
    if (list.keypoints !== undefined) joined.keypoints?.set(list.keypoints, row * (columns ?? 0));
    row += list.classes.length;
  }
  if (lists.some(({ polygons }) => polygons !== undefined)) {
    const none = new Float32Array(0);
    joined.polygons = lists.flatMap((list) => list.polygons ?? Array.from(list.classes, () => none));
  }
  return joined;
}

/** Numbers of an object's keypoints; 0 where no list has objects with keypoints, undefined where none has keypoints. */
function keypointColumns(lists: readonly Objects[]): number | undefined {
  const known = lists.flatMap(({ keypoints, classes }) => (keypoints === undefined ? [] : [{ keypoints, classes }]));
  if (known.length === 0) return undefined;
  const first = known.find(({ classes }) => classes.length > 0);
  return first === undefined ? 0 : first.keypoints.length / first.classes.length;
}

/** The objects that are more than points or lines: width and height above 0. */
export function dropEmpty(objects: Objects): Objects {
  return filterObjects(objects, (row) => {
    const [x1, y1, x2, y2] = boxAt(objects.boxes, row);
    return x2 > x1 && y2 > y1;
  });
}

/** How objects are mirrored. */
export interface Mirror {
  /** 0: left to right, 1: upside down. */
  axis: 0 | 1;
  /** The image's pixels along the axis. */
  side: number;
  /** For each keypoint, which one of the original it shows: a left hand shows the right one (`flip_idx`). Default: itself. */
  flip?: readonly number[] | undefined;
}

/** Objects on an image that is mirrored. */
export function mirrorObjects(objects: Objects, { axis, side, flip }: Mirror): Objects {
  const move: Move = axis === 0 ? { scale: [-1, 1], shift: [side, 0] } : { scale: [1, -1], shift: [0, side] };
  const { boxes, keypoints, ...rest } = moveObjects(objects, move);
  const mirrored: Objects = { ...rest, boxes: swapSides(boxes, axis) };
  if (keypoints !== undefined) mirrored.keypoints = flip === undefined ? keypoints : reorder(keypoints, flip);
  return mirrored;
}

function reorder(keypoints: Float32Array, flip: readonly number[]): Float32Array {
  const reordered = new Float32Array(keypoints.length);
  const columns = flip.length * 3;
  for (let row = 0; row < keypoints.length; row += columns) {
    flip.forEach((from, to) => {
      reordered.set(keypoints.subarray(row + from * 3, row + from * 3 + 3), row + to * 3);
    });
  }
  return reordered;
}

/** A mirrored box's corners, left (or top) first again. */
function swapSides(boxes: Float32Array, low: 0 | 1): Float32Array {
  return boxes.map((_, i) => boxes[i % 4 === low ? i + 2 : i % 4 === low + 2 ? i - 2 : i] as number);
}
