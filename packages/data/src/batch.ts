import type { Image } from "@lookonce/image";

/** Objects of a batch, padded to a common number. */
export interface BatchTargets {
  /** Class numbers `[B, M]`; 0 where the mask is 0. */
  labels: Int32Array;
  /** Corners x1, y1, x2, y2 in pixels of the batch `[B, M, 4]`; 0 where the mask is 0. */
  boxes: Float32Array;
  /** 1 for an object, 0 for padding `[B, M]`. */
  mask: Float32Array;
  /** M: a {@link targetBucket}, so that batches come in few shapes. */
  maxTargets: number;
}

/** Where one image of a batch comes from and how it was placed. */
export interface BatchSample {
  /** Position in the data set's `entries`. */
  index: number;
  path: string;
  /** Size of the file's image, in pixels. */
  originalWidth: number;
  originalHeight: number;
  /** Scale `[width, height]`: batch = original · ratio + padding. */
  ratio: [number, number];
  /** Left and top border in pixels of the batch. */
  padding: [number, number];
  /** Rows of x1, y1, x2, y2 in pixels of the batch. */
  boxes: Float32Array;
  classes: Int32Array;
}

/** Images of one size with their objects: the input of a network in one step. */
export interface Batch {
  /** RGB bytes `[count, height, width, 3]`. */
  images: Uint8Array;
  count: number;
  height: number;
  width: number;
  targets: BatchTargets;
  /** One per image, in order. */
  samples: BatchSample[];
}

/** The images of a batch as views of its memory. */
export function imagesOf({ images, count, height, width }: Omit<Batch, "targets" | "samples">): Image[] {
  const size = height * width * 3;
  return Array.from({ length: count }, (_, i) => ({ data: images.subarray(i * size, (i + 1) * size), width, height }));
}

/**
 * The smallest of 16, 64, 256, 512, 1024, … that is at least `count`. The steps are wide because each size that occurs
 * costs a training another compiled graph with its memory, and a wider padding costs the loss little as long as it is small.
 */
export function targetBucket(count: number): number {
  let bucket = 16;
  while (bucket < count) bucket *= bucket < 256 ? 4 : 2;
  return bucket;
}

/** Pads the objects of every sample to the same number, a {@link targetBucket}. */
export function padTargets(samples: readonly Pick<BatchSample, "boxes" | "classes">[]): BatchTargets {
  const most = samples.reduce((max, { classes }) => Math.max(max, classes.length), 0);
  const maxTargets = targetBucket(most);
  const labels = new Int32Array(samples.length * maxTargets);
  const boxes = new Float32Array(samples.length * maxTargets * 4);
  const mask = new Float32Array(samples.length * maxTargets);
  samples.forEach((sample, i) => {
    labels.set(sample.classes, i * maxTargets);
    boxes.set(sample.boxes, i * maxTargets * 4);
    mask.fill(1, i * maxTargets, i * maxTargets + sample.classes.length);
  });
  return { labels, boxes, mask, maxTargets };
}
