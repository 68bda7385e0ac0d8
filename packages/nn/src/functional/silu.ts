import * as tf from "@tensorflow/tfjs-core";
import { silu } from "./silu.ts";

/** A name in {@link activations}. */
export type ActivationName = "silu" | "relu" | "relu6" | "leakyRelu" | "hardswish" | "identity";

/** The activations that model files may name, element by element. */
export const activations: Readonly<Record<ActivationName, (x: tf.Tensor4D) => tf.Tensor4D>> = {
  silu,
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(x),
  // PyTorch's nn.LeakyReLU() has the slope 0.01, TensorFlow's 0.2; model files write nn.LeakyReLU(0.1).
  leakyRelu: (x) => tf.leakyRelu(x, 0.1),
  hardswish: (x) => tf.div(tf.mul(x, tf.relu6(tf.add(x, 3))), 6),
  identity: (x) => x,
};
