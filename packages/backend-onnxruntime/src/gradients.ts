import * as tf from "@tensorflow/tfjs-core";

/** Attributes of the reductions below. */
interface Reduction {
  axis: number | number[];
  keepDims?: boolean;
}

/** Replaces tfjs-core's gradients of sums and means, which multiply with a tensor of ones as large as the input. */
export function registerReductionGradients(): void {
  register(tf.Sum, () => 1);
  register(tf.Mean, (x, axes) => 1 / axes.reduce((count, axis) => count * x.shape[axis]!, 1));
}

/** The gradient of a sum over ranks is the sum of the ranks' gradients. */
export function registerCollectiveGradient(): void {
  tf.registerGradient({
    kernelName: "AllReduce",
    gradFunc: (dy, _, attrs) => ({ x: () => tf.engine().runKernel("AllReduce", { x: dy as tf.Tensor }, attrs) }),
  });
}

function register(kernelName: string, factor: (x: tf.Tensor, axes: number[]) => number): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => {
      const x = saved[0] as tf.Tensor;
      const axes = tf.util.parseAxisParam((attrs as unknown as Reduction).axis, x.shape);
      return {
        x: () => {
          const kept = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
          const scale = factor(x, axes);
          const share = scale === 1 ? (dy as tf.Tensor) : tf.mul(dy as tf.Tensor, scale);
          return tf.broadcastTo(tf.reshape(share, kept), x.shape);
        },
      };
    },
  });
}
