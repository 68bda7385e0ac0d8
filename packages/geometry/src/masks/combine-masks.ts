import type { ImageSize } from "../formats.ts";
import type { Prototypes } from "../nms/prediction.ts";
import { roundHalfEven } from "../rounding.ts";
import { letterboxingBetween } from "../scale.ts";
import type { MaskPatch, Masks } from "./masks.ts";
import { type Grid, pixelsWithin, type Range, resampledAbove, type Taps, tapsOf } from "./resample.ts";

/** Objects whose masks are combined from prototypes. */
export interface MaskSource {
  prototypes: Prototypes;
  /** [count, channels of the prototypes]. */
  coefficients: Float32Array;
  /** [count, 4]: left, top, right, bottom, in the pixels that the masks are cropped in. */
  boxes: Float32Array;
  /**
   * Whether values become probabilities before they are resized, with a threshold of 0.5 (YOLOv5), so that what lies beyond
   * the crop counts as 0 there. YOLOv8 (8.3) resizes logits and keeps those above 0.
   */
  sigmoid?: boolean;
}

/** Pixels of the network's input per cell of the prototypes. */
export const prototypeStride = 4;

/**
 * Masks in the pixels of the network's input: cropped to the boxes at the prototypes' resolution, then enlarged bilinearly. They
 * may reach up to a cell beyond the box, because cells beyond the crop are 0 and not below (YOLOv8 8.3, YOLOv5 7.0).
 *
 * @param source boxes in pixels of the input
 */
export function inputMasks(source: MaskSource): Masks {
  const [rows, columns] = source.prototypes.shape;
  const whole = { x: { from: 0, end: columns }, y: { from: 0, end: rows } };
  const patches = eachObject(source, ([x1, y1, x2, y2], combine) => {
    const x = pixelsWithin(x1 / prototypeStride, x2 / prototypeStride, columns);
    const y = pixelsWithin(y1 / prototypeStride, y2 / prototypeStride, rows);
    if (x.from === x.end || y.from === y.end) return emptyPatch;
    return patchOf(combine(x, y, 1), [tapsFor(x, whole.x), tapsFor(y, whole.y)], source);
  });
  return { width: columns * prototypeStride, height: rows * prototypeStride, patches };
}

/**
 * Masks in the pixels of the image: the letterbox's padding removed, enlarged bilinearly, then cropped to the boxes
 * (`retina_masks` of YOLOv8 8.3).
 *
 * @param source boxes in pixels of the image
 */
export function imageMasks(source: MaskSource, size: ImageSize): Masks {
  const [height, width] = source.prototypes.shape;
  const columns = imageRange({ width, height }, size, 0);
  const rows = imageRange({ width, height }, size, 1);
  const [across, down] = [(columns.end - columns.from) / size.width, (rows.end - rows.from) / size.height];
  const patches = eachObject(source, ([x1, y1, x2, y2], combine) => {
    const x = pixelsWithin(x1, x2, size.width);
    const y = pixelsWithin(y1, y2, size.height);
    if (x.from === x.end || y.from === y.end) return emptyPatch;
    const [xs, ys] = [tapsOf(x, columns, across), tapsOf(y, rows, down)];
    const grid = combine(
      { from: xs.first[0] as number, end: (xs.second.at(-1) as number) + 1 },
      { from: ys.first[0] as number, end: (ys.second.at(-1) as number) + 1 },
      0,
    );
    return patchOf(grid, [xs, ys], source);
  });
  return { width: size.width, height: size.height, patches };
}

/**
 * Masks at the resolution of the prototypes, cropped to the boxes there: what validation compares (YOLOv8 8.3, YOLOv5 7.0).
 *
 * @param source boxes in pixels of the input
 */
export function prototypeMasks(source: MaskSource): Masks {
  const [height, width] = source.prototypes.shape;
  const threshold = thresholdOf(source);
  const patches = eachObject(source, ([x1, y1, x2, y2], combine) => {
    const x = pixelsWithin(x1 / prototypeStride, x2 / prototypeStride, width);
    const y = pixelsWithin(y1 / prototypeStride, y2 / prototypeStride, height);
    const grid = combine(x, y, 0);
    const data = Uint8Array.from(grid.values, (value) => (value > threshold ? 1 : 0));
    return { left: grid.left, top: grid.top, width: grid.width, height: grid.height, data };
  });
  return { width, height, patches };
}

/** The cells of an axis of the prototypes that their image fills: borders of round(padding ∓ 0.1). */
function imageRange(boxed: ImageSize, size: ImageSize, axis: 0 | 1): Range {
  const length = axis === 0 ? boxed.width : boxed.height;
  const padding = letterboxingBetween(boxed, size).padding[axis];
  return { from: roundHalfEven(padding - 0.1) + 0, end: length - roundHalfEven(padding + 0.1) };
}

const emptyPatch: MaskPatch = { left: 0, top: 0, width: 0, height: 0, data: new Uint8Array(0) };

type Combine = (x: Range, y: Range, border: 0 | 1) => Grid;

function eachObject(
  { prototypes, coefficients, boxes, sigmoid = false }: MaskSource,
  make: (box: readonly [number, number, number, number], combine: Combine) => MaskPatch,
): MaskPatch[] {
  const channels = prototypes.shape[2];
  return Array.from({ length: boxes.length / 4 }, (_, i) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(4 * i, 4 * i + 4);
    const weights = coefficients.subarray(i * channels, (i + 1) * channels);
    return make([x1, y1, x2, y2], (x, y, border) => combined(prototypes, { weights, x, y, border, sigmoid }));
  });
}

/** Taps of the input pixels that some of the cells of a crop reach. */
function tapsFor(crop: Range, whole: Range): Taps {
  const half = prototypeStride / 2;
  const from = Math.max(0, crop.from * prototypeStride - half);
  const end = Math.min(whole.end * prototypeStride, crop.end * prototypeStride + half);
  return tapsOf({ from, end }, whole, 1 / prototypeStride, { from: crop.from - 1, end: crop.end + 1 });
}

function patchOf(grid: Grid, [xs, ys]: readonly [Taps, Taps], source: MaskSource): MaskPatch {
  const data = resampledAbove(grid, xs, ys, thresholdOf(source));
  return { left: xs.start, top: ys.start, width: xs.count, height: ys.count, data };
}

function thresholdOf({ sigmoid = false }: Pick<MaskSource, "sigmoid">): number {
  return sigmoid ? 0.5 : 0;
}

/** Values of the cells of a rectangle, with a border of zeros. */
function combined(
  { data, shape: [, columns, channels] }: Prototypes,
  { weights, x, y, border, sigmoid }: { weights: Float32Array; x: Range; y: Range; border: 0 | 1; sigmoid: boolean },
): Grid {
  const width = x.end - x.from + 2 * border;
  const height = y.end - y.from + 2 * border;
  const values = new Float32Array(width * height);
  for (let row = y.from; row < y.end; row++) {
    let at = (row * columns + x.from) * channels;
    let to = (row - y.from + border) * width + border;
    for (let column = x.from; column < x.end; column++, at += channels) {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += (weights[c] as number) * (data[at + c] as number);
      values[to++] = sigmoid ? 1 / (1 + Math.exp(-sum)) : sum;
    }
  }
  return { left: x.from - border, top: y.from - border, width, height, values };
}
