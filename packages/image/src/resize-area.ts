import { LookonceError } from "@lookonce/errors";
import { roundHalfEven } from "@lookonce/geometry";
import type { Image, Size } from "./image.ts";
import { checkSize } from "./resize-bilinear.ts";

/** For one axis: output `i` is the sum of `weight[k] · input[index[k]]` for k from `start[i]` to `start[i + 1]`. */
interface Shares {
  start: Int32Array;
  index: Int32Array;
  weight: Float32Array;
}

/**
 * Shrinks an image by area averaging: an output pixel is the mean of the input area it covers, pixels at its edge weighted
 * by the part that it covers. Agrees with OpenCV's `INTER_AREA` up to rounding.
 *
 * @throws LookonceError `ARGUMENT` when a side would grow, or is not a whole number of at least 1
 */
export function resizeArea(image: Image, size: Size): Image {
  checkSize(size);
  const { width, height } = size;
  if (width > image.width || height > image.height) {
    throw new LookonceError(
      "ARGUMENT",
      `resizeArea only shrinks: ${image.width} × ${image.height} cannot become ${width} × ${height}.`,
    );
  }
  const columns = shares(image.width, width);
  const rows = shares(image.height, height);
  const stride = width * 3;
  const data = new Uint8Array(stride * height);
  const line = new Float32Array(stride);
  const sum = new Float32Array(stride);
  // Neighboring output rows share at most one input row, so averaging it again costs little
  for (let y = 0; y < height; y++) {
    sum.fill(0);
    for (let k = rows.start[y] as number; k < (rows.start[y + 1] as number); k++) {
      averageRow(image.data.subarray((rows.index[k] as number) * image.width * 3), columns, line);
      const weight = rows.weight[k] as number;
      for (let i = 0; i < stride; i++) (sum[i] as number) += (line[i] as number) * weight;
    }
    for (let i = 0; i < stride; i++) data[y * stride + i] = roundHalfEven(sum[i] as number);
  }
  return { data, width, height };
}

function shares(from: number, to: number): Shares {
  const scale = from / to;
  const start = new Int32Array(to + 1);
  const index: number[] = [];
  const weight: number[] = [];
  for (let i = 0; i < to; i++) {
    const low = i * scale;
    const high = Math.min((i + 1) * scale, from);
    for (let k = Math.floor(low); k < high; k++) {
      const part = (Math.min(k + 1, high) - Math.max(k, low)) / scale;
      // slivers are rounding errors of low and high (OpenCV leaves out the same)
      if (part * scale < 1e-3) continue;
      index.push(k);
      weight.push(part);
    }
    start[i + 1] = index.length;
  }
  return { start, index: Int32Array.from(index), weight: Float32Array.from(weight) };
}

function averageRow(source: Uint8Array, { start, index, weight }: Shares, target: Float32Array): void {
  for (let x = 0, t = 0; t < target.length; x++, t += 3) {
    let [r, g, b] = [0, 0, 0];
    for (let k = start[x] as number; k < (start[x + 1] as number); k++) {
      const at = (index[k] as number) * 3;
      const w = weight[k] as number;
      r += (source[at] as number) * w;
      g += (source[at + 1] as number) * w;
      b += (source[at + 2] as number) * w;
    }
    target[t] = r;
    target[t + 1] = g;
    target[t + 2] = b;
  }
}
