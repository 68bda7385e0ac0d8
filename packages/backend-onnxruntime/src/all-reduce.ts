import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import { currentBackend } from "./register.ts";

/** Options of {@link allReduce}. */
export interface AllReduceOptions {
  /** Whether the numbers may travel in half precision. Default `false`. */
  half?: boolean;
}

/**
 * The sum of a tensor over all ranks, for the function of a {@link RecordedStep} that has such a sum among its options. The
 * step is computed in stages, with what all its tensors of a stage add up to between them.
 *
 * Its gradient is the sum over ranks of the gradients: what is differentiated is the sum of the ranks' results.
 *
 * @param x float32, of the same shape on every rank; ranks record their sums in the same order
 * @throws LookonceError `DEVICE` on backends that compute at once
 */
export function allReduce<T extends tf.Tensor>(x: T, { half = false }: AllReduceOptions = {}): T {
  if (currentBackend() === undefined) {
    throw new LookonceError(
      "DEVICE",
      `several ranks cannot train on "${tf.getBackend()}", whose steps cannot be cut into stages: use device=cpu, webgpu or cuda.`,
    );
  }
  return tf.engine().runKernel("AllReduce", { x }, { half });
}
