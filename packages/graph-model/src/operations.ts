import * as tf from "@tensorflow/tfjs-core";
import { convolution, pooling } from "./convolutions.ts";
import type { OperationCall } from "./operation-call.ts";

/** Computes a node. */
export type Operation = (call: OperationCall) => tf.Tensor | tf.Tensor[];

const unary =
  (compute: (x: tf.Tensor) => tf.Tensor): Operation =>
  (call) =>
    compute(call.input(0));

const binary =
  (compute: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Operation =>
  (call) =>
    compute(call.input(0), call.input(1));

const reduction =
  (compute: (x: tf.Tensor, axis: number[], keepDims: boolean) => tf.Tensor): Operation =>
  (call) =>
    compute(call.input(0), call.numbers(1), call.truth("keep_dims"));

const resizing =
  (resize: typeof tf.image.resizeBilinear): Operation =>
  (call) => {
    const size = call.numbers(1) as [number, number];
    return resize(call.input<tf.Tensor4D>(0), size, call.truth("align_corners"), call.truth("half_pixel_centers"));
  };

const same: Operation = unary((x) => x);
const matMul: Operation = (call) => {
  const [a, b] = [call.truth("adj_x") || call.truth("transpose_a"), call.truth("adj_y") || call.truth("transpose_b")];
  return tf.matMul(call.input(0), call.input(1), a, b);
};

const arithmetic = {
  Add: binary(tf.add),
  AddV2: binary(tf.add),
  BiasAdd: binary(tf.add),
  Sub: binary(tf.sub),
  Mul: binary(tf.mul),
  RealDiv: binary(tf.div),
  Div: binary(tf.div),
  Maximum: binary(tf.maximum),
  Minimum: binary(tf.minimum),
  Pow: binary(tf.pow),
  AddN: (call) => tf.addN([...call.inputs]),
  Neg: unary(tf.neg),
  Abs: unary(tf.abs),
  Exp: unary(tf.exp),
  Log: unary(tf.log),
  Sqrt: unary(tf.sqrt),
  Rsqrt: unary(tf.rsqrt),
  Square: unary(tf.square),
  Sin: unary(tf.sin),
  Cos: unary(tf.cos),
  Floor: unary(tf.floor),
  Sigmoid: unary(tf.sigmoid),
  Tanh: unary(tf.tanh),
  Relu: unary(tf.relu),
  Relu6: unary(tf.relu6),
  Elu: unary(tf.elu),
  Softplus: unary(tf.softplus),
  LeakyRelu: (call) => tf.leakyRelu(call.input(0), call.float("alpha", 0.2)),
  Softmax: unary((x) => tf.softmax(x)),
  Cast: (call) => tf.cast(call.input(0), call.type("DstT")),
  ClipByValue: (call) => tf.clipByValue(call.input(0), call.numbers(1)[0] as number, call.numbers(2)[0] as number),
} satisfies Record<string, Operation>;

const reductions = {
  Sum: reduction(tf.sum),
  Mean: reduction(tf.mean),
  Max: reduction(tf.max),
  Min: reduction(tf.min),
  Prod: reduction(tf.prod),
} satisfies Record<string, Operation>;

const maps = {
  Conv2D: convolution(tf.conv2d),
  _FusedConv2D: convolution(tf.conv2d),
  DepthwiseConv2dNative: convolution(tf.depthwiseConv2d),
  FusedDepthwiseConv2dNative: convolution(tf.depthwiseConv2d),
  MaxPool: pooling(tf.maxPool),
  AvgPool: pooling(tf.avgPool),
  MatMul: matMul,
  BatchMatMul: matMul,
  BatchMatMulV2: matMul,
  DepthToSpace: (call) => tf.depthToSpace(call.input<tf.Tensor4D>(0), call.integer("block_size")),
  ResizeNearestNeighbor: resizing(tf.image.resizeNearestNeighbor),
  ResizeBilinear: resizing(tf.image.resizeBilinear),
} satisfies Record<string, Operation>;

const shapes = {
  Identity: same,
  StopGradient: same,
  PreventGradient: same,
  Reshape: (call) => tf.reshape(call.input(0), call.numbers(1)),
  Transpose: (call) => tf.transpose(call.input(0), call.numbers(1)),
  ExpandDims: (call) => tf.expandDims(call.input(0), call.numbers(1)[0] as number),
  Squeeze: (call) => {
    const dims = call.integers("squeeze_dims");
    return tf.squeeze(call.input(0), dims.length === 0 ? undefined : [...dims]);
  },
  Concat: (call) => tf.concat(call.inputs.slice(1), call.numbers(0)[0] as number),
  ConcatV2: (call) => tf.concat(call.inputs.slice(0, -1), call.numbers(-1)[0] as number),
  Split: (call) => tf.split(call.input(1), call.integer("num_split", 1), call.numbers(0)[0] as number),
  SplitV: (call) => tf.split(call.input(0), call.numbers(1), call.numbers(2)[0] as number),
  Pack: (call) => tf.stack([...call.inputs], call.integer("axis")),
  Unpack: (call) => tf.unstack(call.input(0), call.integer("axis")),
  Slice: (call) => tf.slice(call.input(0), call.numbers(1), call.numbers(2)),
  StridedSlice: (call) =>
    tf.stridedSlice(
      call.input(0),
      call.numbers(1),
      call.numbers(2),
      call.numbers(3),
      call.integer("begin_mask"),
      call.integer("end_mask"),
      call.integer("ellipsis_mask"),
      call.integer("new_axis_mask"),
      call.integer("shrink_axis_mask"),
    ),
  Pad: (call) => tf.pad(call.input(0), pairs(call.numbers(1))),
  PadV2: (call) => tf.pad(call.input(0), pairs(call.numbers(1)), call.numbers(2)[0]),
  Tile: (call) => tf.tile(call.input(0), call.numbers(1)),
  Fill: (call) => tf.fill(call.numbers(0), call.numbers(1)[0] as number),
  Gather: (call) => tf.gather(call.input(0), call.input<tf.Tensor1D>(1)),
  GatherV2: (call) => tf.gather(call.input(0), call.input<tf.Tensor1D>(1), call.numbers(2)[0]),
} satisfies Record<string, Operation>;

/** The operations of TensorFlow that detectors use. */
export const operations: Readonly<Record<string, Operation>> = { ...arithmetic, ...reductions, ...maps, ...shapes };

function pairs(flat: readonly number[]): [number, number][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] as number, flat[2 * i + 1] as number]);
}
