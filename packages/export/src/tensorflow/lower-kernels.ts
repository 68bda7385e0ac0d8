import { int32, type KernelCall } from "./kernel-call.ts";
import { lowerConvolution, lowerDepthwise, lowerTransposed, pairOf } from "./lower-convolution.ts";

/** Writes a kernel call of TensorFlow.js as nodes of a graph; the last one has the call's name. */
export type KernelRule = (call: KernelCall<never>) => void;

/** Kernels that TensorFlow has as operations of the same name, inputs and meaning. */
const sameOperations = [
  ...["Sub", "RealDiv", "Maximum", "Minimum", "Pow", "Exp", "Square", "Sqrt", "Rsqrt", "Neg", "Sin", "Cos"],
  ...["Sigmoid", "Tanh", "Relu", "Relu6", "Elu", "Softplus", "Identity"],
];

/** How each kernel of TensorFlow.js that detectors call becomes operations of TensorFlow. */
export const kernelRules: Readonly<Record<string, KernelRule>> = {
  ...Object.fromEntries(sameOperations.map((op) => [op, plain(op)])),
  Add: plain("AddV2"),
  Multiply: plain("Mul"),
  LeakyRelu: (call: KernelCall<{ alpha: number }>) =>
    call.write("LeakyRelu", call.inputs, { alpha: { f: call.attrs.alpha } }),
  Softmax: (call: KernelCall<{ dim: number }>) => {
    const last = call.inputShape(0).length - 1;
    if (call.attrs.dim !== last && call.attrs.dim !== -1) throw call.fault("is taken along another axis than the last");
    call.write("Softmax", call.inputs);
  },
  Conv2D: lowerConvolution,
  DepthwiseConv2dNative: lowerDepthwise,
  Conv2DBackpropInput: lowerTransposed,
  MaxPool: pool("MaxPool"),
  AvgPool: pool("AvgPool"),
  ResizeNearestNeighbor: resize("ResizeNearestNeighbor"),
  ResizeBilinear: resize("ResizeBilinear"),
  BatchMatMul: (call: KernelCall<{ transposeA: boolean; transposeB: boolean }>) =>
    call.write("BatchMatMulV2", call.inputs, {
      adj_x: { b: call.attrs.transposeA },
      adj_y: { b: call.attrs.transposeB },
    }),
  Sum: reduction("Sum"),
  Mean: reduction("Mean"),
  Max: reduction("Max"),
  Min: reduction("Min"),
  Reshape: reshape,
  ExpandDims: reshape,
  Transpose: (call: KernelCall<{ perm: number[] }>) =>
    call.write("Transpose", [...call.inputs, call.integers("perm", call.attrs.perm)], { Tperm: int32 }),
  Concat: (call: KernelCall<{ axis: number }>) => {
    const attributes = { Tidx: int32, N: { i: call.inputs.length } };
    call.write("ConcatV2", [...call.inputs, call.integers("axis", call.attrs.axis)], attributes);
  },
  SplitV: (call: KernelCall<{ axis: number }>) => {
    const sizes = call.outputs.map(({ shape }) => shape.at(call.attrs.axis) as number);
    const inputs = [...call.inputs, call.integers("sizes", sizes), call.integers("axis", call.attrs.axis)];
    call.write("SplitV", inputs, { Tlen: int32, num_split: { i: sizes.length } });
  },
  Pack: (call: KernelCall<{ axis: number }>) =>
    call.write("Pack", call.inputs, { N: { i: call.inputs.length }, axis: { i: call.attrs.axis } }),
  Unpack: (call: KernelCall<{ axis: number }>) =>
    call.write("Unpack", call.inputs, { num: { i: call.outputs.length }, axis: { i: call.attrs.axis } }),
  Slice: (call: KernelCall<{ begin: number[] }>) => {
    const inputs = [...call.inputs, call.integers("begin", call.attrs.begin), call.integers("size", call.shape)];
    call.write("Slice", inputs, { Index: int32 });
  },
  PadV2: (call: KernelCall<{ paddings: [number, number][]; constantValue: number }>) =>
    pad(call, { paddings: call.attrs.paddings, fill: call.attrs.constantValue }),
  Tile: (call: KernelCall<{ reps: number[] }>) =>
    call.write("Tile", [...call.inputs, call.integers("multiples", call.attrs.reps)], { Tmultiples: int32 }),
};

function plain(op: string): KernelRule {
  return (call) => call.write(op, call.inputs);
}

function reduction(op: string): KernelRule {
  return (call: KernelCall<{ axis: number | number[]; keepDims?: boolean }>) => {
    const inputs = [...call.inputs, call.integers("axes", [call.attrs.axis].flat())];
    call.write(op, inputs, { Tidx: int32, keep_dims: { b: call.attrs.keepDims ?? false } });
  };
}

interface PoolAttrs {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: unknown;
}

function pool(op: "MaxPool" | "AvgPool"): KernelRule {
  return (call: KernelCall<PoolAttrs>) => {
    const { filterSize, strides, pad: borders } = call.attrs;
    const isWord = borders === "same" || borders === "valid";
    let { inputs } = call;
    if (!isWord && [borders].flat(2).some((side) => side !== 0)) {
      // Means leave out what is beyond the border
      if (op !== "MaxPool") throw call.fault("has borders of its own");
      const around = [borders, borders] as [number, number];
      const paddings = Array.isArray(borders)
        ? (borders as [number, number][])
        : [[0, 0] as const, around, around, [0, 0] as const];
      inputs = [pad(call, { paddings, fill: lowest, part: "padded" })];
    }
    call.write(op, inputs, {
      ksize: { ints: [1, ...pairOf(filterSize), 1] },
      strides: { ints: [1, ...pairOf(strides), 1] },
      padding: { s: isWord ? borders.toUpperCase() : "VALID" },
      data_format: { s: "NHWC" },
    });
  };
}

/** Below every number of a map. */
const lowest = -3.4028234663852886e38;

/** Writes the call's input with borders of one number, under the call's name or as a part of it, and returns that name. */
function pad(
  call: KernelCall,
  { paddings, fill, part }: { paddings: readonly (readonly [number, number])[]; fill: number; part?: string },
): string {
  const { inputs, graph } = call;
  const name = part === undefined ? call.name : `${call.name}/${part}`;
  const flat = Int32Array.from(paddings.flat());
  const sides = graph.constant(`${name}/paddings`, { dtype: "int32", shape: [flat.length / 2, 2], data: flat });
  const value = graph.constant(`${name}/fill`, { dtype: "float32", shape: [], data: Float32Array.of(fill) });
  return call.write("PadV2", [...inputs, sides, value], { Tpaddings: int32 }, part);
}

interface ResizeAttrs {
  size: [number, number];
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

function resize(op: string): KernelRule {
  return (call: KernelCall<ResizeAttrs>) =>
    call.write(op, [...call.inputs, call.integers("size", call.attrs.size)], {
      align_corners: { b: call.attrs.alignCorners },
      half_pixel_centers: { b: call.attrs.halfPixelCenters },
    });
}

/** By the shape that comes out: sizes that tfjs inferred need not be inferred again. */
function reshape(call: KernelCall): void {
  call.write("Reshape", [call.inputs[0] as string, call.integers("shape", call.shape)], { Tshape: int32 });
}
