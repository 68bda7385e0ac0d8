import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import type { Kernel, Kernels } from "../graph/kernel.ts";
import type { KernelName } from "../graph/kernel-types.ts";
import { kernels, registerOnnxRuntime, trace } from "../index.ts";

describe("the table of kernels", () => {
  it("does not compile where a rule is missing, or has other inputs, attributes or outputs than the kernel", () => {
    const { Abs: _, ...rest } = kernels;
    // @ts-expect-error no rule for Abs
    const missing: Kernels<KernelName> = rest;
    // @ts-expect-error the rule of another kernel
    const exchanged: Kernels<KernelName> = { ...kernels, Softmax: kernels.ArgMax };
    const { lower } = kernels.Softmax;
    // @ts-expect-error Softmax's input is `logits`
    const input: Kernel<"Softmax"> = { infer: ({ x }) => x, lower };
    const inputs: Kernel<"Conv2D"> = {
      ...kernels.Conv2D,
      // @ts-expect-error a convolution without fusion has no `bias`
      lower: (to, { inputs: { bias }, output }) => to.set(output, to.get(bias)),
    };
    const attribute: Kernel<"Softmax"> = {
      ...kernels.Softmax,
      // @ts-expect-error Softmax's attribute is `dim`
      infer: ({ logits }, { axis }) => ({ shape: logits.shape.slice(axis), dtype: "float32" }),
    };
    // @ts-expect-error TopK returns two tensors
    const outputs: Kernel<"TopK"> = { ...kernels.TopK, infer: ({ x }) => ({ shape: x.shape, dtype: x.dtype }) };
    expect([missing, exchanged, input, inputs, attribute, outputs]).toHaveLength(6);
  });
});

/** One step of gradient descent on a convolution, batch normalization and SiLU, as a network's layer is trained. */
function layerStep(x: tf.Tensor, filter: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor[] {
  const loss = (f: tf.Tensor, g: tf.Tensor, b: tf.Tensor): tf.Scalar => {
    const y = tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 2, "same");
    const mean = tf.mean(y, [0, 1, 2]);
    const variance = tf.sub(tf.mean(tf.square(y), [0, 1, 2]), tf.square(mean));
    const normal = tf.mul(tf.sub(y, mean), tf.rsqrt(tf.add(variance, 1e-3)));
    const z = tf.add(tf.mul(normal, g), b);
    return tf.mean(tf.mul(z, tf.sigmoid(z)));
  };
  const parameters = [filter, gamma, beta];
  const { value, grads } = tf.valueAndGrads(loss as (...all: tf.Tensor[]) => tf.Tensor)(parameters);
  return [value, ...parameters.map((one, i) => tf.sub(one, tf.mul(grads[i] as tf.Tensor, 0.01)))];
}

describe("a training step of convolution, batch normalization and SiLU", () => {
  it("becomes these ONNX operators", async () => {
    await registerOnnxRuntime();
    await tf.setBackend("onnxruntime");
    const shapes = { x: [2, 8, 8, 3], filter: [3, 3, 3, 4], gamma: [4], beta: [4] };
    const model = await trace(
      (x, f, g, b) => layerStep(x as tf.Tensor, f as tf.Tensor, g as tf.Tensor, b as tf.Tensor),
      {
        inputs: Object.entries(shapes).map(([name, shape]) => ({ name, shape })),
        target: "onnxruntime",
      },
    );
    const counts: Record<string, number> = {};
    for (const { op } of model.graph.nodes) counts[op] = (counts[op] ?? 0) + 1;
    // 12 matmuls: 9 taps of the filter's gradient, and 3 sums per channel of a product.
    expect(counts).toEqual({
      Add: 6,
      Concat: 1,
      Conv: 1,
      Div: 1,
      Expand: 3,
      FusedMatMul: 12,
      Identity: 4,
      Mul: 22,
      Neg: 3,
      Pad: 1,
      Pow: 1,
      QuickGelu: 1,
      Reciprocal: 1,
      ReduceMean: 1,
      ReduceSum: 18,
      Reshape: 33,
      Sigmoid: 1,
      Slice: 9,
      Sqrt: 1,
      Sub: 6,
      Transpose: 6,
    });
  });
});
