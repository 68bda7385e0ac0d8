import { LookonceError } from "@lookonce/errors";

/** A frame as the camera's motion is estimated on: gray, and smaller than it was. */
export interface GrayFrame {
  /** [height, width]: one byte a pixel. */
  data: Uint8Array;
  width: number;
  height: number;
  /** Sides of a pixel in pixels of the frame it was made of. */
  scale: number;
}

/** Pixels as `Image` of `@lookonce/image` has them: RGB, row by row, three bytes a pixel. */
export interface RgbFrame {
  data: Uint8Array;
  width: number;
  height: number;
}

/** Longer side of a gray frame, at most. Ultralytics 8.3 halves frames, whatever their size. */
const maxSide = 640;

/**
 * Makes a frame gray (BT.601, in 256ths) and small: blocks of whole pixels are averaged.
 *
 * @param originalWidth of the frame in its video, where this is a smaller version of it. Default: its own.
 * @throws LookonceError `ARGUMENT` when `data` has another length
 */
export function grayFrame({ data, width, height }: RgbFrame, originalWidth: number = width): GrayFrame {
  if (data.length !== 3 * width * height) {
    throw new LookonceError(
      "ARGUMENT",
      `An RGB frame of ${width} × ${height} has ${3 * width * height} bytes, not ${data.length}.`,
    );
  }
  const block = Math.max(1, Math.ceil(Math.max(width, height) / maxSide));
  const [columns, rows] = [Math.floor(width / block), Math.floor(height / block)];
  const gray = new Uint8Array(columns * rows);
  const sums = new Uint32Array(columns);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let y = row * block; y < (row + 1) * block; y++) {
      for (let column = 0, at = 3 * y * width; column < columns; column++) {
        let sum = sums[column] as number;
        for (let x = 0; x < block; x++, at += 3) {
          sum += 77 * (data[at] as number) + 150 * (data[at + 1] as number) + 29 * (data[at + 2] as number);
        }
        sums[column] = sum;
      }
    }
    for (let column = 0; column < columns; column++) {
      gray[row * columns + column] = Math.round((sums[column] as number) / (256 * block * block));
    }
  }
  return { data: gray, width: columns, height: rows, scale: (block * originalWidth) / width };
}
