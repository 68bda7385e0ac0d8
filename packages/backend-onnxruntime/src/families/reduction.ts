import { int, type TensorType } from "@lookonce/onnx";
import { backend_util, type DataType, util } from "@tensorflow/tfjs-core";
import { type Call, type Kernel, kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { channelSum, isChannelSum } from "./channel-sum.ts";

/** Attributes of tfjs's reductions. */
export interface ReductionAttrs {
  axis?: number | number[];
  /** What `Max` alone calls its axes. */
  reductionIndices?: number | number[];
  keepDims: boolean;
}

function axesOf({ axis, reductionIndices }: ReductionAttrs, shape: readonly number[]): number[] {
  return util.parseAxisParam((axis ?? reductionIndices) as number | number[], shape as number[]);
}

const channelsFirstAxis = [0, 2, 3, 1];

/** Options of {@link reduction}. */
export interface ReductionOptions {
  /** The output's type for an input's type. Default: the same. */
  result?: (dtype: DataType) => DataType;
  /** Whether one NaN makes the result NaN although ONNX's operator passes over it. */
  keepsNan?: boolean;
}

/** A kernel that reduces `x` over axes by one ONNX operator, which works on numbers: booleans are 0 and 1 to it. */
export function reduction(operator: string, { result, keepsNan = false }: ReductionOptions = {}): Kernel {
  return kernel<ReductionAttrs>({
    inputs: ["x"],
    infer([x], attrs) {
      const axes = axesOf(attrs, x!.shape);
      const [kept] = backend_util.computeOutAndReduceShapes(x!.shape as number[], axes);
      const shape = attrs.keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept;
      return { shape, dtype: result?.(x!.dtype) ?? x!.dtype };
    },
    lower(to, call) {
      const x = call.inputs[0]!;
      const factor = perChannelFactor(operator, x.shape);
      if (factor !== undefined && isChannelSum(to, x, axesOf(call.attrs, x.shape))) {
        const sums = channelSum(to, x);
        const scaled = factor === 1 ? sums : to.node("Mul", [sums, to.scalar(factor)]);
        to.set(call.output, call.attrs.keepDims ? to.reshape(scaled, call.output.shape) : scaled);
        return;
      }
      const from = x.dtype;
      const { dtype } = call.output;
      reduce(to, call, (x, axes, keepDims) => {
        const apply = (name: string, by: string): string =>
          axes.length === 0 ? name : to.node(by, [name, to.int64s(axes)], { keepdims: int(keepDims ? 1 : 0) });
        const number = dtype === "bool" ? "int32" : dtype;
        let reduced = apply(from === number ? x : to.cast(x, number as TensorType), operator);
        if (dtype === "bool") reduced = to.cast(reduced, "bool");
        // An exported graph is spared the test, and shaders may take it that there is no NaN.
        if (!keepsNan || dtype !== "float32" || to.target !== "onnxruntime") return reduced;
        const anyNan = to.cast(apply(to.cast(to.node("IsNaN", [x]), "uint8"), "ReduceMax"), "bool");
        return to.node("Where", [anyNan, to.scalar(Number.NaN), reduced]);
      });
    },
  });
}

/** What a sum per channel is multiplied with to give the reduction, or nothing where that is no sum. */
function perChannelFactor(operator: string, [n, h, w]: readonly number[]): number | undefined {
  if (operator === "ReduceSum") return 1;
  return operator === "ReduceMean" ? 1 / (n! * h! * w!) : undefined;
}

/** Writes a reduction in the layout in which its input is at hand, where the kept axes stay in order. */
function reduce(
  to: Lowering,
  { inputs, attrs, output }: Call<ReductionAttrs>,
  make: (x: string, axes: readonly number[], keepDims: boolean) => string,
): void {
  const x = inputs[0]!;
  const axes = axesOf(attrs, x.shape);
  const keepsOrder = attrs.keepDims || axes.includes(3) || (axes.includes(1) && axes.includes(2));
  if (x.shape.length === 4 && to.isChannelsFirst(x) && keepsOrder) {
    const name = make(
      to.getChannelsFirst(x),
      axes.map((axis) => channelsFirstAxis[axis]!),
      attrs.keepDims,
    );
    if (attrs.keepDims) to.setChannelsFirst(output, name);
    else to.set(output, name);
  } else {
    to.set(output, make(to.get(x), axes, attrs.keepDims));
  }
}
