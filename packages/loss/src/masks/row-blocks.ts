import type { HostTensor } from "../targets.ts";

/** Rows of a block. An object has about ten rows; a block of one image's rows is one matmul with its prototypes. */
const blockRows = 64;

/** Rows of one image: which they are, and what each counts. */
export interface ImageRows {
  image: number;
  rows: ArrayLike<number>;
  /** Of each row. Default 1. */
  weights?: ArrayLike<number>;
}

/** Names of the tensors of {@link rowBlocks}. */
export type RowBlockName = "blockImages" | "blockRows" | "blockWeights";

/**
 * Sorts rows of many images, so many of one and few of another, into blocks of C rows of one image each: Q blocks in all, of
 * which there are few different numbers. Rows that fill up are row 0 with weight 0.
 *
 * @returns image of each block [Q], rows [Q, C] and their weights [Q, C]
 */
export function rowBlocks(images: readonly ImageRows[]): Record<RowBlockName, HostTensor> {
  const needed = images.reduce((sum, { rows }) => sum + Math.ceil(rows.length / blockRows), 0);
  const count = blockBucket(needed);
  const blockImages = new Int32Array(count);
  const rows = new Int32Array(count * blockRows);
  const weights = new Float32Array(count * blockRows);
  let block = 0;
  for (const { image, rows: own, weights: shares } of images) {
    rows.set(own, block * blockRows);
    if (shares === undefined) weights.fill(1, block * blockRows, block * blockRows + own.length);
    else weights.set(shares, block * blockRows);
    for (const end = block + Math.ceil(own.length / blockRows); block < end; block++) blockImages[block] = image;
  }
  const shape = [count, blockRows];
  return {
    blockImages: { data: blockImages, shape: [count], dtype: "int32" },
    blockRows: { data: rows, shape, dtype: "int32" },
    blockWeights: { data: weights, shape, dtype: "float32" },
  };
}

/** The smallest of 8, 12, 16, 24, 32, 48, 64, 96, 128, … that is at least `count`: each is a graph to compile. */
function blockBucket(count: number): number {
  let power = 8;
  while (2 * power < count) power *= 2;
  return [power, 1.5 * power, 2 * power].find((bucket) => bucket >= count) as number;
}
