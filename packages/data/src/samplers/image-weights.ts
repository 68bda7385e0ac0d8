import type { Random } from "@lookonce/random";

/** What the weights are counted from: the classes of one image's objects. */
export interface LabeledImage {
  classes: Int32Array;
}

/**
 * A weight for each class, `[classCount]`, sum 1: the inverse of how often it is labeled; a class without labels counts
 * as one label (YOLOv5 6.1 and 7.0).
 */
export function classWeights(images: readonly LabeledImage[], classCount: number): Float64Array {
  const counts = new Float64Array(classCount);
  for (const { classes } of images) for (const label of classes) counts[label] = (counts[label] ?? 0) + 1;
  const inverse = counts.map((count) => 1 / Math.max(1, count));
  const sum = inverse.reduce((total, value) => total + value, 0);
  return inverse.map((value) => value / sum);
}

/**
 * A weight for each image, `[images]`: the weights of its objects' classes, added up, each times `(1 − mAP)²` of its
 * class, so that images of rare and badly found classes come more often (YOLOv5 6.1 and 7.0, `--image-weights`).
 *
 * @param classMaps mAP 50-95 of every class in the last validation; without it all count as 0
 */
export function imageWeights(
  images: readonly LabeledImage[],
  classCount: number,
  classMaps?: ArrayLike<number>,
): Float64Array {
  const weights = classWeights(images, classCount).map((weight, i) => weight * (1 - (classMaps?.[i] ?? 0)) ** 2);
  return Float64Array.from(images, ({ classes }) => classes.reduce((sum, label) => sum + (weights[label] ?? 0), 0));
}

/** Draws `count` indices with replacement, by their weights; all equally likely where all weights are 0. */
export function drawByWeight(weights: ArrayLike<number>, count: number, rng: Random): number[] {
  const ends = new Float64Array(weights.length);
  let total = 0;
  for (const [i, weight] of Array.from(weights).entries()) {
    total += weight;
    ends[i] = total;
  }
  if (!(total > 0)) return Array.from({ length: count }, () => rng.integer(0, weights.length));
  return Array.from({ length: count }, () => firstAbove(ends, rng.uniform(0, total)));
}

/** The first index whose value lies above `x`, in an ascending list whose last value does. */
function firstAbove(ascending: Float64Array, x: number): number {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) > x) high = middle;
    else low = middle + 1;
  }
  return low;
}
