import * as tf from "@tensorflow/tfjs-core";
import type { OperationCall } from "./operation-call.ts";

type Pair = [number, number];
type Padding = "same" | "valid" | tf.backend_util.ExplicitPadding;

/** `Conv2D` and `_FusedConv2D`: x [N, H, W, in], filter [kh, kw, in, out]. */
export function convolution(call: OperationCall): tf.Tensor {
  const [x, filter] = [call.input<tf.Tensor4D>(0), call.input<tf.Tensor4D>(1)];
  return finish(call, tf.conv2d(x, filter, strides(call), padding(call), "NHWC", dilations(call)));
}

/** `DepthwiseConv2dNative` and its fused form: x [N, H, W, in], filter [kh, kw, in, multiplier]. */
export function depthwiseConvolution(call: OperationCall): tf.Tensor {
  const [x, filter] = [call.input<tf.Tensor4D>(0), call.input<tf.Tensor4D>(1)];
  return finish(call, tf.depthwiseConv2d(x, filter, strides(call), padding(call), "NHWC", dilations(call)));
}

/** `MaxPool` */
export function maxPooling(call: OperationCall): tf.Tensor {
  return tf.maxPool(call.input<tf.Tensor4D>(0), sides(call, "ksize"), strides(call), poolPadding(call));
}

/** `AvgPool` */
export function averagePooling(call: OperationCall): tf.Tensor {
  return tf.avgPool(call.input<tf.Tensor4D>(0), sides(call, "ksize"), strides(call), poolPadding(call));
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

const strides = (call: OperationCall): Pair => sides(call, "strides");
const dilations = (call: OperationCall): Pair => sides(call, "dilations");

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

function poolPadding(call: OperationCall): "same" | "valid" {
  const known = padding(call);
  if (typeof known === "string") return known;
  throw call.unsupported("pools with explicit padding, which is not supported");
}
