import { cropImage, type Window } from "./crop-image.ts";
import type { Image, Size } from "./image.ts";
import { checkSize } from "./resize-bilinear.ts";

/** Bits behind the point of weights: sums of 255 · weights fit into 32 bits with two to spare. */
const bits = 22;

/** For one axis: output `i` is the sum of `weight[k] · input[first[i] + k − start[i]]` for k from `start[i]` to `start[i + 1]`. */
interface Taps {
  first: Int32Array;
  start: Int32Array;
  weight: Int32Array;
}

/**
 * Resizes an image bilinearly with antialiasing: a shrunken pixel is a mean over a triangle of the pixels below it, twice as
 * wide as it covers itself.
 *
 * Arithmetic follows Pillow's `Image.resize(BILINEAR)` of 8-bit images, which torchvision's `Resize` runs: weights with 22
 * bits, columns first, rounded to bytes between.
 *
 * @param window the part of the result that is wanted; nothing else is computed. Default all
 * @throws LookonceError `ARGUMENT` unless the sides of the size are whole numbers of at least 1
 */
export function resizeAntialiased(image: Image, size: Size, window: Window = { left: 0, top: 0, ...size }): Image {
  checkSize(size);
  const { left, width, height } = window;
  const isSameHeight = size.height === image.height;
  const rows = taps(image.height, size.height, [window.top, height]);
  const from = isSameHeight ? window.top : (rows.first[0] ?? 0);
  const to = isSameHeight ? from + height : (rows.first.at(-1) ?? 0) + tapCount(rows, height - 1);
  const narrow =
    size.width === image.width
      ? cropImage(image, { left, top: from, width, height: to - from }).data
      : stretchRows({ image, from, to }, size.width, window);
  return { data: isSameHeight ? narrow : stretchColumns(narrow, rows, { width, height, from }), width, height };
}

/** Rows of an image, from one up to another. */
interface Lines {
  image: Image;
  from: number;
  to: number;
}

/** Rows at another width, of which only the window's columns are computed. */
function stretchRows({ image, from, to }: Lines, targetWidth: number, { left, width }: Window): Uint8Array {
  const { first, start, weight } = taps(image.width, targetWidth, [left, width]);
  const data = new Uint8Array((to - from) * width * 3);
  for (let y = from, t = 0; y < to; y++) {
    const row = y * image.width;
    for (let x = 0; x < width; x++, t += 3) {
      let [r, g, b] = [half, half, half];
      let at = (row + (first[x] as number)) * 3;
      for (let k = start[x] as number; k < (start[x + 1] as number); k++, at += 3) {
        const w = weight[k] as number;
        r += (image.data[at] as number) * w;
        g += (image.data[at + 1] as number) * w;
        b += (image.data[at + 2] as number) * w;
      }
      data[t] = r >> bits;
      data[t + 1] = g >> bits;
      data[t + 2] = b >> bits;
    }
  }
  return data;
}

/** Rows of a width, the first of which is row `from` of the image, at another height. */
function stretchColumns(
  source: Uint8Array,
  { first, start, weight }: Taps,
  { width, height, from }: Size & { from: number },
): Uint8Array {
  const stride = width * 3;
  const data = new Uint8Array(stride * height);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(half);
    let at = ((first[y] as number) - from) * stride;
    for (let k = start[y] as number; k < (start[y + 1] as number); k++, at += stride) {
      const w = weight[k] as number;
      for (let i = 0; i < stride; i++) (sums[i] as number) += (source[at + i] as number) * w;
    }
    for (let i = 0, t = y * stride; i < stride; i++, t++) data[t] = (sums[i] as number) >> bits;
  }
  return data;
}

/** Half a level, which makes truncation rounding. */
const half = 1 << (bits - 1);

function tapCount({ start }: Taps, index: number): number {
  return (start[index + 1] as number) - (start[index] as number);
}

/** The taps of an axis, for `count` of the outputs from `first` on. */
function taps(from: number, to: number, [begin, count]: readonly [begin: number, count: number]): Taps {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  const first = new Int32Array(count);
  const start = new Int32Array(count + 1);
  const weights: number[] = [];
  for (let i = 0; i < count; i++) {
    const center = (begin + i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(center - reach + 0.5));
    const high = Math.min(from, Math.trunc(center + reach + 0.5));
    const triangle = Array.from({ length: high - low }, (_, k) =>
      Math.max(0, 1 - Math.abs((low + k - center + 0.5) * (1 / reach))),
    );
    const sum = triangle.reduce((total, value) => total + value, 0);
    for (const value of triangle) weights.push(Math.trunc(0.5 + (value / sum) * 2 ** bits));
    first[i] = low;
    start[i + 1] = weights.length;
  }
  return { first, start, weight: Int32Array.from(weights) };
}
