import { type Gaussian, gaussianOf, probiou } from "../probiou.ts";
import type { ResolvedNmsOptions } from "./options.ts";

/** Candidates from best to worst. */
interface RankedRotated {
  /** Rows of x, y, width, height, angle in pixels. */
  rotated: Float32Array;
  classes: Int32Array;
}

/**
 * Suppression of rotated boxes as in YOLOv8 (8.3): the positions of those that stay, in order.
 *
 * It is not greedy: a box goes when any better one, kept or not, overlaps it by at least the threshold.
 */
export function suppressRotated(
  { rotated, classes }: RankedRotated,
  { iou, maxDet, classOffset }: Pick<ResolvedNmsOptions, "iou" | "maxDet" | "classOffset">,
): Int32Array {
  const count = classes.length;
  const limit = Math.min(maxDet, count);
  const kept = new Int32Array(limit);
  const better: Gaussian[] = [];
  const reach = reachOf(iou);
  let length = 0;
  for (let i = 0; i < count && length < limit; i++) {
    const shift = Math.fround(classes[i]! * classOffset);
    // In single precision, as in the reference: the boxes of high class numbers become coarser
    const [x, y] = [Math.fround(rotated[5 * i]! + shift), Math.fround(rotated[5 * i + 1]! + shift)];
    const box = gaussianOf(x, y, rotated[5 * i + 2]!, rotated[5 * i + 3]!, rotated[5 * i + 4]!);
    if (!better.some((other) => !isFar(box, other, reach) && probiou(box, other) >= iou)) kept[length++] = i;
    better.push(box);
  }
  return kept.subarray(0, length);
}

/**
 * How far boxes may be apart and still overlap by a threshold: squared, over the trace of their covariances' sum Σ. The
 * distance of which probiou is taken is at least dᵀ Σ⁻¹ d / 4, and that at least d² / (4 · trace Σ).
 */
function reachOf(threshold: number): number {
  // With room for epsilons
  return -4 * Math.log(1 - (1 - threshold) ** 2) + 0.01;
}

/** Whether boxes are surely beyond the reach, which spares most pairs their exponentials. */
function isFar(p: Gaussian, q: Gaussian, reach: number): boolean {
  const [a, b, c] = [p.a + q.a, p.b + q.b, p.c + q.c];
  const [dx, dy] = [p.x - q.x, p.y - q.y];
  // Of boxes without area the epsilons are all that counts
  return dx * dx + dy * dy > reach * (a + b) && a * b - c * c > 0.01;
}
