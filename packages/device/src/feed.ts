import { currentBackend } from "@lookonce/backend-onnxruntime";
import * as tf from "@tensorflow/tfjs-core";

/**
 * A tensor whose contents differ from call to call, such as a batch or a learning rate.
 *
 * The lazy backend compiles graphs and writes small values into them as constants; this one stays an input, so that
 * nothing is compiled again when it changes. On other backends it is a plain tensor.
 *
 * @param values row-major; not to be written to while the tensor lives
 */
export function feed<R extends tf.Rank = tf.Rank>(
  values: Float32Array | Int32Array | readonly number[],
  shape: tf.ShapeMap[R],
  dtype: "float32" | "int32" = "float32",
): tf.Tensor<R> {
  const tensor = tf.tensor<R>(values as Float32Array, shape, dtype);
  currentBackend()?.markInput(tensor);
  return tensor;
}
