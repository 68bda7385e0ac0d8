import { float, type GraphBuilder, indices } from "./graph-builder.ts";
import type { KernelCall } from "./kernel-call.ts";
import { lowerConvolution, lowerDepthwise, pairOf } from "./lower-convolution.ts";

/** Writes a kernel call of TensorFlow.js as nodes of a graph; the last one has the call's name. */
export type KernelRule = (call: KernelCall<never>, to: GraphBuilder) => void;

const plain =
  (op: string): KernelRule =>
  ({ name, inputs }, to) =>
    to.node(name, op, { inputs, attributes: float });

interface ReductionAttrs {
  axis: number | number[];
  keepDims?: boolean;
}

const reduction =
  (op: string): KernelRule =>
  ({ name, inputs, attrs }: KernelCall<ReductionAttrs>, to) => {
    const axes = to.integers(`${name}/axes`, [attrs.axis].flat());
    to.node(name, op, {
      inputs: [...inputs, axes],
      attributes: { ...float, ...indices("Tidx"), keep_dims: { b: attrs.keepDims ?? false } },
    });
  };

const elementwise = {
  Add: plain("AddV2"),
  Sub: plain("Sub"),
  Multiply: plain("Mul"),
  RealDiv: plain("RealDiv"),
  Maximum: plain("Maximum"),
  Minimum: plain("Minimum"),
  Pow: plain("Pow"),
  Exp: plain("Exp"),
  Square: plain("Square"),
  Sqrt: plain("Sqrt"),
  Rsqrt: plain("Rsqrt"),
  Neg: plain("Neg"),
  Sigmoid: plain("Sigmoid"),
  Tanh: plain("Tanh"),
  Relu: plain("Relu"),
  Relu6: plain("Relu6"),
  Elu: plain("Elu"),
  Softplus: plain("Softplus"),
  Identity: plain("Identity"),
  LeakyRelu: ({ name, inputs, attrs }: KernelCall<{ alpha: number }>, to) =>
    to.node(name, "LeakyRelu", { inputs, attributes: { ...float, alpha: { f: attrs.alpha } } }),
  Softmax: (call: KernelCall<{ dim: number }>, to) => {
    const last = call.inputShape(0).length - 1;
    if (call.attrs.dim !== last && call.attrs.dim !== -1) throw call.fault("is taken along another axis than the last");
    to.node(call.name, "Softmax", { inputs: call.inputs, attributes: float });
  },
} satisfies Record<string, KernelRule>;

const maps = {
  Conv2D: lowerConvolution,
  DepthwiseConv2dNative: lowerDepthwise,
  MaxPool: lowerPool("MaxPool"),
  AvgPool: lowerPool("AvgPool"),
  ResizeNearestNeighbor: lowerResize("ResizeNearestNeighbor"),
  ResizeBilinear: lowerResize("ResizeBilinear"),
  BatchMatMul: ({ name, inputs, attrs }: KernelCall<{ transposeA: boolean; transposeB: boolean }>, to) =>
    to.node(name, "BatchMatMulV2", {
      inputs,
      attributes: { ...float, adj_x: { b: attrs.transposeA }, adj_y: { b: attrs.transposeB } },
    }),
  Sum: reduction("Sum"),
  Mean: reduction("Mean"),
  Max: reduction("Max"),
  Min: reduction("Min"),
} satisfies Record<string, KernelRule>;

const shapes = {
  Reshape: lowerReshape,
  ExpandDims: lowerReshape,
  Transpose: ({ name, inputs, attrs }: KernelCall<{ perm: number[] }>, to) =>
    to.node(name, "Transpose", {
      inputs: [...inputs, to.integers(`${name}/perm`, attrs.perm)],
      attributes: { ...float, ...indices("Tperm") },
    }),
  Concat: ({ name, inputs, attrs }: KernelCall<{ axis: number }>, to) =>
    to.node(name, "ConcatV2", {
      inputs: [...inputs, to.integers(`${name}/axis`, attrs.axis)],
      attributes: { ...float, ...indices("Tidx"), N: { i: inputs.length } },
    }),
  SplitV: ({ name, inputs, attrs, outputs }: KernelCall<{ axis: number }>, to) =>
    to.node(name, "SplitV", {
      inputs: [
        ...inputs,
        to.integers(
          `${name}/sizes`,
          outputs.map(({ shape }) => shape.at(attrs.axis) as number),
        ),
        to.integers(`${name}/axis`, attrs.axis),
      ],
      attributes: { ...float, ...indices("Tlen"), num_split: { i: outputs.length } },
    }),
  Pack: ({ name, inputs, attrs }: KernelCall<{ axis: number }>, to) =>
    to.node(name, "Pack", { inputs, attributes: { ...float, N: { i: inputs.length }, axis: { i: attrs.axis } } }),
  Unpack: ({ name, inputs, attrs, outputs }: KernelCall<{ axis: number }>, to) =>
    to.node(name, "Unpack", { inputs, attributes: { ...float, num: { i: outputs.length }, axis: { i: attrs.axis } } }),
  Slice: ({ name, inputs, attrs, shape }: KernelCall<{ begin: number[] }>, to) =>
    to.node(name, "Slice", {
      inputs: [...inputs, to.integers(`${name}/begin`, attrs.begin), to.integers(`${name}/size`, shape)],
      attributes: { ...float, ...indices("Index") },
    }),
  PadV2: ({ name, inputs, attrs }: KernelCall<{ paddings: [number, number][]; constantValue: number }>, to) => {
    const flat = Int32Array.from(attrs.paddings.flat());
    const paddings = to.constant(`${name}/paddings`, { dtype: "int32", shape: [flat.length / 2, 2], data: flat });
    const data = Float32Array.of(attrs.constantValue);
    const fill = to.constant(`${name}/fill`, { dtype: "float32", shape: [], data });
    to.node(name, "PadV2", { inputs: [...inputs, paddings, fill], attributes: { ...float, ...indices("Tpaddings") } });
  },
  Tile: ({ name, inputs, attrs }: KernelCall<{ reps: number[] }>, to) =>
    to.node(name, "Tile", {
      inputs: [...inputs, to.integers(`${name}/multiples`, attrs.reps)],
      attributes: { ...float, ...indices("Tmultiples") },
    }),
} satisfies Record<string, KernelRule>;

/** How each kernel of TensorFlow.js that detectors call becomes operations of TensorFlow. */
export const kernelRules: Readonly<Record<string, KernelRule>> = { ...elementwise, ...maps, ...shapes };

interface PoolAttrs {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: unknown;
}

function lowerPool(op: "MaxPool" | "AvgPool"): KernelRule {
  return (call: KernelCall<PoolAttrs>, to: GraphBuilder) => {
    const { filterSize, strides, pad } = call.attrs;
    const isWord = pad === "same" || pad === "valid";
    if (!isWord && [pad].flat(2).some((side) => side !== 0)) throw call.fault("has borders of its own");
    to.node(call.name, op, {
      inputs: call.inputs,
      attributes: {
        ...float,
        ksize: { ints: [1, ...pairOf(filterSize), 1] },
        strides: { ints: [1, ...pairOf(strides), 1] },
        padding: { s: isWord ? pad.toUpperCase() : "VALID" },
        data_format: { s: "NHWC" },
      },
    });
  };
}

interface ResizeAttrs {
  size: [number, number];
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

function lowerResize(op: string): KernelRule {
  return ({ name, inputs, attrs }: KernelCall<ResizeAttrs>, to: GraphBuilder) =>
    to.node(name, op, {
      inputs: [...inputs, to.integers(`${name}/size`, attrs.size)],
      attributes: {
        ...float,
        align_corners: { b: attrs.alignCorners },
        half_pixel_centers: { b: attrs.halfPixelCenters },
      },
    });
}

/** By the shape that comes out: sizes that tfjs inferred need not be inferred again. */
function lowerReshape({ name, inputs, shape }: KernelCall, to: GraphBuilder): void {
  const target = to.integers(`${name}/shape`, shape);
  to.node(name, "Reshape", { inputs: [inputs[0] as string, target], attributes: { ...float, ...indices("Tshape") } });
}
