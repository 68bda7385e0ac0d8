import type { Dataset } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";

/**
 * Refuses a data set with another number of keypoints. Numbers of dimensions may differ: similarity of keypoints needs places
 * alone.
 *
 * @throws LookonceError `DATA`
 */
export function requireKeypoints(
  { keypoints }: Dataset,
  shape: readonly [count: number, dimensions: number] | undefined,
): void {
  if (keypoints === undefined || shape === undefined || keypoints.shape[0] === shape[0]) return;
  throw new LookonceError(
    "DATA",
    `the model predicts ${shape[0]} keypoints (kpt_shape ${JSON.stringify(shape)}) and the data set has ${keypoints.shape[0]} (kpt_shape ${JSON.stringify(keypoints.shape)}): validate on data with the model's keypoints`,
  );
}

/** Refuses a data set with another number of classes. @throws LookonceError `DATA` */
export function requireClasses({ names }: Dataset, nc: number): void {
  if (names.length === nc) return;
  throw new LookonceError(
    "DATA",
    `the data set has ${names.length} classes, the model ${nc}: train the model on this data set, or pick the data set it was trained on.`,
  );
}
