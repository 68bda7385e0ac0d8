import type { Batch } from "@lookonce/data";
import { feed } from "@lookonce/device";
import type * as tf from "@tensorflow/tfjs-core";

const shares = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** A batch's pictures as what a network takes: [N, height, width, RGB], 0 to 1. */
export function feedPictures({ images, count, height, width }: Omit<Batch, "targets" | "samples">): tf.Tensor4D {
  const values = new Float32Array(images.length);
  for (let i = 0; i < values.length; i++) values[i] = shares[images[i] as number] as number;
  return feed<tf.Rank.R4>(values, [count, height, width, 3]);
}
