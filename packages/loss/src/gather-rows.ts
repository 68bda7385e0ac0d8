import * as tf from "@tensorflow/tfjs-core";

/**
 * Rows of a tensor by number, like tf.gather along axis 0, with a gradient that adds each row's share to its place in
 * one scatter. tf.gather's own gradient is a segment sum, which needs one pass per row of `x` on some backends.
 *
 * @param x [R, ...]
 * @param rows [K] int32, in 0..R − 1, repeats allowed
 * @returns [K, ...]
 */
export function gatherRows(x: tf.Tensor, rows: tf.Tensor1D): tf.Tensor {
  const gather = tf.customGrad((input, save) => {
    const { shape } = input as tf.Tensor;
    (save as tf.GradSaveFunc)([rows]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.scatterND(tf.reshape(saved[0] as tf.Tensor, [-1, 1]), dy, shape as [number]) as tf.Tensor;
    return { value: tf.gather(input as tf.Tensor, rows) as tf.Tensor, gradFunc };
  });
  return gather(x);
}

/** Row numbers at which each image starts in a tensor whose first two dimensions were made one: [B, 1] int32. */
export function rowOffsets(batch: number, rows: number): tf.Tensor2D {
  const starts = Int32Array.from({ length: batch }, (_, b) => b * rows);
  return tf.tensor2d(starts, [batch, 1], "int32");
}
