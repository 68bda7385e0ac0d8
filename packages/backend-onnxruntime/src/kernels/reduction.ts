import { int, ints } from "@lookonce/onnx";
import { backend_util, util } from "@tensorflow/tfjs-core";
import type { Kernel, Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { axisOf, shape4, type Value } from "../graph/value.ts";
import { largestDivisor } from "./divisor.ts";

interface ReductionAttrs {
  axis?: number | number[];
  /** What `Max` alone calls its axes. */
  reductionIndices?: number | number[];
  keepDims: boolean;
}

function axesOf({ axis, reductionIndices }: ReductionAttrs, shape: number[]): number[] {
  // Without axes tfjs-core reduces over all of them.
  return util.parseAxisParam(axis ?? reductionIndices ?? shape.map((_, i) => i), shape);
}

interface ReductionOptions {
  /** The output's type. Default: the input's, with int32 for booleans where the operator computes numbers. */
  result?: "float32" | "bool" | "number";
  /** Whether one NaN makes the result NaN although ONNX's operator ignores it. */
  keepsNan?: boolean;
}

/** A kernel that reduces `x` over axes by one ONNX operator, which works on numbers: booleans are 0 and 1 to it. */
function reduction(operator: string, { result, keepsNan = false }: ReductionOptions = {}): Kernel<"Sum" | "Max"> {
  return {
    infer({ x }, attrs: ReductionAttrs) {
      const axes = axesOf(attrs, x.shape);
      const [kept] = backend_util.computeOutAndReduceShapes(x.shape, axes);
      const shape = attrs.keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept;
      if (result === "number") return { shape, dtype: x.dtype === "bool" ? "int32" : x.dtype };
      return { shape, dtype: result ?? x.dtype };
    },
    lower(to, { inputs: { x }, attrs, output }: { inputs: { x: Value }; attrs: ReductionAttrs; output: Value }) {
      const axes = axesOf(attrs, x.shape);
      const { keepDims } = attrs;
      const factor = perChannelFactor(operator, x.shape);
      if (factor !== undefined && isChannelSum(to, x, axes)) {
        const sums = to.isBlocked(x) ? blockedSum(to, x) : channelSum(to, x);
        const scaled = factor === 1 ? sums : to.node("Mul", [sums, to.scalar(factor)]);
        return to.set(output, keepDims ? to.reshape(scaled, output.shape) : scaled);
      }
      // The kept axes stay in order in both layouts.
      const keepsOrder = keepDims || axes.includes(3) || (axes.includes(1) && axes.includes(2));
      const layout = keepsOrder ? to.layoutOf(x) : to;
      const over = axes.map((axis) => layout.axis(axis));
      const apply = (name: string, by: string): string =>
        over.length === 0 ? name : to.node(by, [name, to.int64s(over)], { keepdims: int(keepDims ? 1 : 0) });
      const name = layout.get(x);
      const { dtype } = output;
      let reduced = apply(to.cast(name, dtype === "bool" ? "int32" : dtype, x.dtype), operator);
      if (dtype === "bool") reduced = to.cast(reduced, "bool");
      // Exported graphs go without the test, and shaders may assume that there is no NaN.
      if (keepsNan && dtype === "float32" && to.target === "onnxruntime") {
        const anyNan = to.cast(apply(to.cast(to.node("IsNaN", [name]), "uint8"), "ReduceMax"), "bool");
        reduced = to.node("Where", [anyNan, to.scalar(Number.NaN), reduced]);
      }
      (keepDims ? layout : to).set(output, reduced);
    },
  };
}

/** The factor by which a sum per channel becomes the reduction, or nothing where that is no sum. */
function perChannelFactor(operator: string, [n = 1, h = 1, w = 1]: readonly number[]): number | undefined {
  if (operator === "ReduceSum") return 1;
  return operator === "ReduceMean" ? 1 / (n * h * w) : undefined;
}

function isChannelSum(to: Lowering, x: Value, axes: readonly number[]): boolean {
  return axes.length === 3 && !axes.includes(3) && x.dtype === "float32" && (to.isChannelsFirst(x) || to.isBlocked(x));
}

/** At most this many elements are added up one after the other, so that rounding does not add up as well. */
const longestSum = 1024;

/**
 * Writes the sums of a blocked value over images, rows and columns, [channels].
 *
 * The sum of a product is a depthwise convolution, whose image is one factor and whose filter the other: each channel of each
 * image is a group, or several where there are many pixels. This saves the pass that would write the product.
 */
function blockedSum(to: Lowering, x: Value): string {
  const [n, h, w, c] = shape4(x);
  const { block = c } = to;
  const rows = largestDivisor(h, Math.floor(longestSum / w));
  const parts = h / rows;
  const factors = factorsOf(to, x);
  let sums: string;
  if (factors === undefined || !factors.every((value) => to.isBlocked(value))) {
    const pieces = to.reshape(to.getBlocks(x), [(n * c * parts) / block, rows * w, block]);
    sums = to.node("ReduceSum", [pieces, to.int64s([1])], { keepdims: int(0) });
  } else {
    const groups = n * c * parts;
    const image = to.reshape(to.getBlocked(factors[0]), [1, groups, rows, w]);
    const filter = to.reshape(to.getBlocked(factors[1]), [groups, 1, rows, w]);
    sums = to.nchwc("Conv", [image, filter], { kernel_shape: ints([rows, w]), group: int(groups) });
  }
  const perImage = to.reshape(sums, [n, c / block, parts, block]);
  return to.reshape(to.node("ReduceSum", [perImage, to.int64s([0, 2])], { keepdims: int(0) }), [c]);
}

/**
 * Writes the sums of a channels-first value over images, rows and columns, [channels].
 *
 * ONNX Runtime sums contiguous rows several times faster than strided ones: first each image's channels, then the
 * images. The sum of a product is written as inner products, which saves the pass that would write the product.
 */
function channelSum(to: Lowering, x: Value): string {
  const [n, h, w, c] = shape4(x);
  const factors = factorsOf(to, x);
  let perImage: string;
  if (factors === undefined || to.target !== "onnxruntime") {
    const rows = to.reshape(to.getChannelsFirst(x), [n * c, h * w]);
    perImage = to.node("ReduceSum", [rows, to.int64s([1])], { keepdims: int(0) });
  } else {
    const rows = factors.map((value) => to.reshape(to.getChannelsFirst(value), [n * c, 1, h * w]));
    perImage = to.microsoft("FusedMatMul", rows, { transB: int(1) });
  }
  return to.node("ReduceSum", [to.reshape(perImage, [n, c]), to.int64s([0])], { keepdims: int(0) });
}

/** The two values of the same shape whose product the value is, which need not be written where only its sum is read. */
function factorsOf(to: Lowering, x: Value): readonly [Value, Value] | undefined {
  const node = to.isReadOnce(x) ? x.producer : undefined;
  if (node?.kernel !== "Multiply" && node?.kernel !== "Square") return undefined;
  const [a, b = a] = Object.values(node.inputs);
  const isWhole = (value: Value | undefined): value is Value =>
    value?.shape.length === 4 &&
    value.shape.every((dim, i) => dim === x.shape[i]) &&
    (to.isChannelsFirst(value) || to.isBlocked(value));
  return isWhole(a) && isWhole(b) ? [a, b] : undefined;
}

/** The index of the largest (or smallest) element along an axis, the first of several. */
function position(operator: string, last: number): Kernel<"ArgMax"> {
  return {
    infer: ({ x: { shape } }, { axis }) => ({ shape: shape.toSpliced(axisOf(axis, shape), 1), dtype: "int32" }),
    lower(to, { inputs: { x }, attrs, output }) {
      const axis = int(axisOf(attrs.axis, x.shape));
      const found = to.node(operator, [comparable(to, x, last)], { axis, keepdims: int(0) });
      to.set(output, to.cast(found, "int32"));
    },
  };
}

/** Numbers to choose from: NaN is never chosen. Exported graphs and shaders go without the test for it. */
function comparable(to: Lowering, x: Value, last: number): string {
  const name = to.get(x);
  if (x.dtype === "bool") return to.cast(name, "int32");
  if (x.dtype !== "float32" || to.target !== "onnxruntime") return name;
  return to.node("Where", [to.node("IsNaN", [name]), to.scalar(last), name]);
}

export const reductions: Kernels<"All" | "Any" | "ArgMax" | "ArgMin" | "Max" | "Mean" | "Min" | "Prod" | "Sum"> = {
  All: reduction("ReduceMin", { result: "bool" }),
  Any: reduction("ReduceMax", { result: "bool" }),
  ArgMax: position("ArgMax", Number.NEGATIVE_INFINITY),
  ArgMin: position("ArgMin", Number.POSITIVE_INFINITY),
  Max: reduction("ReduceMax", { keepsNan: true }),
  /** The mean; of whole numbers too it is a fraction. */
  Mean: reduction("ReduceMean", { result: "float32" }),
  Min: reduction("ReduceMin", { keepsNan: true }),
  Prod: reduction("ReduceProd", { result: "number" }),
  Sum: reduction("ReduceSum", { result: "number" }),
};
