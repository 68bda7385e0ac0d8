import { pointBounds } from "@lookonce/geometry";
import { blankImage, type Image, type Size } from "@lookonce/image";
import { applyHsv, type HsvTables, turnPixels } from "../color/hsv.ts";
import { reserve } from "../kernels/kernels.ts";
import { invert, isAffine, type Matrix, movePoints } from "./matrix.ts";
import { drawTiles, type Scene, type Window } from "./scene.ts";

/** The output's size, and what is done with its pixels before they leave the kernels' memory. */
export interface WarpOptions extends Size {
  /** What becomes of the colors. */
  colors?: HsvTables | undefined;
  /** Left and right changed places, last of all. */
  mirrored?: boolean;
}

/**
 * The image of a scene when the matrix (canvas pixels to output pixels) moves it, bilinearly; beyond the canvas is gray.
 * The arithmetic is that of OpenCV's `warpAffine` and `warpPerspective` for 8-bit images (4.x, generic path): positions in
 * steps of 1/32 pixel, weights as whole numbers. Only the part of the canvas that the output shows is ever drawn, where the
 * WebAssembly kernels read it.
 */
export function warpScene(scene: Scene, matrix: Matrix, { colors, mirrored, ...size }: WarpOptions): Image {
  const { width, height } = size;
  const inverse = invert(matrix);
  const window = seenWindow(scene, inverse, size);
  if (inverse === undefined || window === undefined) {
    const blank = blankImage(size, scene.fill);
    return colors === undefined ? blank : applyHsv(blank, colors);
  }
  const columns = window.x2 - window.x1;
  const rows = window.y2 - window.y1;
  const viewBytes = align(columns * rows * 3);
  const outputBytes = align(width * height * 3);
  // Behind the output: positions of its columns, and a row of the view in 16 bits
  const kernels = reserve(Math.max(viewBytes, outputBytes) + outputBytes + width * 8 + columns * 6 + 80);
  const { bytes, weights, free: view } = kernels;
  const target = view + Math.max(viewBytes, outputBytes);
  bytes.fill(scene.fill, view, view + viewBytes);
  drawTiles(scene.tiles, window, bytes.subarray(view, view + viewBytes));
  const [a, b, c, d, e, f, g, h, i] = inverse;
  const { x1, y1 } = window;
  if (isAffine(matrix)) {
    const moved = [a, b, c - x1, d, e, f - y1];
    kernels.warpAffine(view, columns, rows, weights, target + outputBytes, target, width, height, scene.fill, ...moved);
  } else {
    const where = [view, columns, rows, weights, x1, y1, target, width, height];
    kernels.warpPerspective(...where, scene.fill, a, b, c, d, e, f, g, h, i);
  }
  if (colors !== undefined) turnPixels(kernels, { at: target, count: width * height }, colors);
  // Where the view was there is room now
  if (mirrored) kernels.mirror(target, view, width, height);
  const from = mirrored ? view : target;
  // A copy of an array, unlike a slice, is not cleared before it is written
  return { data: new Uint8Array(bytes.subarray(from, from + width * height * 3)), width, height };
}

function align(bytes: number): number {
  return Math.ceil((bytes + 8) / 16) * 16;
}

/**
 * The part of the canvas that the output can show, with one pixel of border around the canvas; `undefined` where it shows nothing.
 *
 * @param inverse of the matrix; `undefined` without one
 */
export function seenWindow(canvas: Size, inverse: Matrix | undefined, { width, height }: Size): Window | undefined {
  if (inverse === undefined) return undefined;
  const whole = { x1: -1, y1: -1, x2: canvas.width + 1, y2: canvas.height + 1 };
  const corners = [0, 0, width, 0, 0, height, width, height];
  const depth = [0, 1, 2, 3].map(
    (i) => inverse[6] * (corners[i * 2] as number) + inverse[7] * (corners[i * 2 + 1] as number) + inverse[8],
  );
  // Where the horizon crosses the output, corners say nothing about what lies between them
  if (depth.some((w) => w < 1e-6)) return whole;
  const [left, top, right, bottom] = pointBounds(movePoints(corners, inverse));
  const window = {
    x1: Math.max(whole.x1, Math.floor(left) - 2),
    y1: Math.max(whole.y1, Math.floor(top) - 2),
    x2: Math.min(whole.x2, Math.ceil(right) + 3),
    y2: Math.min(whole.y2, Math.ceil(bottom) + 3),
  };
  return window.x2 - window.x1 >= 2 && window.y2 - window.y1 >= 2 ? window : undefined;
}
