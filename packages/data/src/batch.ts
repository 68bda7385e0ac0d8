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
  /**
   * Of outlines: either the number of the object + 1 that each pixel shows, 0 for none `[B, height, width]`, or with
   * `overlap: false` a bitmap of each object, 0 or 1 `[B, M, height, width]`. Of 16 bits where an image has 256 objects.
   */
  masks?: Uint8Array | Uint16Array;
  /** Size of the masks: the batch's divided by the mask ratio. */
  maskSize?: [height: number, width: number];
  /** Of keypoints: x, y in pixels of the batch and visibility `[B, M, K, 3]`. */
  keypoints?: Float32Array;
  /** Of oriented boxes: x, y, width, height in pixels of the batch, angle in radians `[B, M, 5]`. */
  rotated?: Float32Array;
}

/** Masks of an image's objects. */
export interface LabelMasks {
  /** With `overlap` the number of the object + 1 that each pixel shows `[height, width]`, else 0 or 1 `[objects, height, width]`. */
  data: Uint8Array | Uint16Array;
  height: number;
  width: number;
  overlap: boolean;
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
  /** The outline of each object, rows of x, y in pixels of the batch; where labels are outlines or corners. */
  polygons?: readonly Float32Array[];
  /** Where labels are outlines. Smaller objects lie above larger ones, and `classes` and `boxes` are in their order. */
  masks?: LabelMasks;
  /** Rows of x, y in pixels of the batch and visibility `[objects, K, 3]`; where labels are keypoints. */
  keypoints?: Float32Array;
  /** Rows of x, y, width, height in pixels of the batch, angle in radians from 0 to π / 2; where labels are oriented boxes. */
  rotated?: Float32Array;
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

/** What {@link padTargets} needs to know besides the samples: a batch may have no object at all. */
export interface TargetForm {
  /** Keypoints of an object, where labels are keypoints. */
  keypoints?: number | undefined;
  /** Whether labels are oriented boxes. */
  rotated?: boolean;
}

/** Pads the objects of every sample to the same number, a {@link targetBucket}; masks are added by the loader. */
export function padTargets(
  samples: readonly Pick<BatchSample, "boxes" | "classes" | "keypoints" | "rotated">[],
  { keypoints, rotated = false }: TargetForm = {},
): BatchTargets {
  const most = samples.reduce((max, { classes }) => Math.max(max, classes.length), 0);
  const maxTargets = targetBucket(most);
  const pad = (step: number, rowsOf: (sample: (typeof samples)[0]) => Float32Array | undefined): Float32Array => {
    const padded = new Float32Array(samples.length * maxTargets * step);
    for (const [i, sample] of samples.entries()) padded.set(rowsOf(sample) ?? [], i * maxTargets * step);
    return padded;
  };
  const labels = new Int32Array(samples.length * maxTargets);
  for (const [i, { classes }] of samples.entries()) labels.set(classes, i * maxTargets);
  const targets: BatchTargets = {
    labels,
    boxes: pad(4, ({ boxes }) => boxes),
    mask: pad(1, ({ classes }) => new Float32Array(classes.length).fill(1)),
    maxTargets,
  };
  if (keypoints !== undefined) targets.keypoints = pad(keypoints * 3, (sample) => sample.keypoints);
  if (rotated) targets.rotated = pad(5, (sample) => sample.rotated);
  return targets;
}
