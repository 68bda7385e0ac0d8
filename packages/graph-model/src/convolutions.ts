import * as tf from "@tensorflow/tfjs-core";
import type { OperationCall } from "./operation-call.ts";

type Pair = [number, number];
type Padding = "same" | "valid" | tf.backend_util.ExplicitPadding;

/**
 * `Conv2D` and `DepthwiseConv2dNative`, and their fused forms: x [N, H, W, in], filter [kh, kw, in, out], or
 * [kh, kw, in, multiplier].
 */
export function convolution(
  convolve: typeof tf.conv2d | typeof tf.depthwiseConv2d,
): (call: OperationCall) => tf.Tensor {
  return (call) => {
    const [x, filter] = [call.input<tf.Tensor4D>(0), call.input<tf.Tensor4D>(1)];
    const [strides, dilations] = [sides(call, "strides"), sides(call, "dilations")];
    return finish(call, convolve(x, filter, strides, padding(call), "NHWC", dilations));
  };
}

/** `MaxPool`, `AvgPool` */
export function pooling(pool: typeof tf.maxPool): (call: OperationCall) => tf.Tensor {
  return (call) => {
    const known = padding(call);
    if (typeof known !== "string") throw call.unsupported("pools with explicit padding, which is not supported");
    return pool(call.input<tf.Tensor4D>(0), sides(call, "ksize"), sides(call, "strides"), known);
  };
}

/** Applies what is fused with a convolution. */
function finish(call: OperationCall, convolved: tf.Tensor): tf.Tensor {
  let value = convolved;
  let next = 2;
  for (const step of call.texts("fused_ops")) {
    if (step === "BiasAdd") value = tf.add(value, call.input(next++));
    else if (step === "Relu") value = tf.relu(value);
    else if (step === "Relu6") value = tf.relu6(value);
    else if (step === "Elu") value = tf.elu(value);
    else if (step === "Sigmoid") value = tf.sigmoid(value);
    else if (step === "LeakyRelu") value = tf.leakyRelu(value, call.float("leakyrelu_alpha", 0.2));
    else if (step === "Prelu") value = tf.prelu(value, call.input(next++));
    else throw call.unsupported(`is fused with ${step}, which is not supported`);
  }
  return value;
}

/** The two numbers of an attribute [1, height, width, 1]. */
function sides(call: OperationCall, key: string): Pair {
  const [batch = 1, height = 1, width = 1, channels = 1] = call.integers(key);
  const format = call.text("data_format", "NHWC");
  if (format !== "NHWC" || batch !== 1 || channels !== 1) {
    throw call.unsupported(
      `is of the layout ${format} with ${key} [${call.integers(key).join(", ")}]; only NHWC is supported`,
    );
  }
  return [height, width];
}

function padding(call: OperationCall): Padding {
  const kind = call.text("padding", "VALID").toLowerCase();
  if (kind !== "explicit") return kind as "same" | "valid";
  const [, , top = 0, bottom = 0, left = 0, right = 0] = call.integers("explicit_paddings");
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}
