import { int, str, type TensorType } from "@lookonce/onnx";
import type { DenseBincountAttrs } from "@tensorflow/tfjs-core";
import { type Call, type Kernel, kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { hostArray, sizeOf } from "../graph/value.ts";

function counting(rows: (shape: readonly number[]) => readonly number[]): Kernel {
  return kernel<DenseBincountAttrs>({
    inputs: ["x", "weights"],
    infer: ([x, weights], { size }) => ({ shape: [...rows(x!.shape), size], dtype: weights!.dtype }),
    lower: (to, call) => count(to, call, rows(call.inputs[0]!.shape)),
  });
}

/**
 * How often each of the numbers 0 … size − 1 occurs in a vector or in each row of a matrix, or the sum of the weights
 * of its occurrences. Numbers out of that range do not count.
 */
function count(
  to: Lowering,
  { inputs, attrs, output }: Call<Partial<DenseBincountAttrs> & { size: number }>,
  rows: readonly number[],
): void {
  const [x, weights] = inputs;
  const { size } = attrs;
  // Like tfjs's reference, a vector is always counted.
  const binaryOutput = attrs.binaryOutput === true && rows.length > 0;
  const shape = [...rows, sizeOf(x!.shape) / sizeOf(rows)];
  const scalar = (value: number): string =>
    to.constant(output.dtype as TensorType, hostArray(output.dtype, [value]), []);
  const axis = rows.length;
  // One place more than asked for takes what does not count.
  const zeros = to.node("Expand", [scalar(0), to.int64s([...rows, size + 1])]);
  const [low, high] = [to.scalar(0, "int32"), to.scalar(size, "int32")];
  const name = to.reshape(to.get(x!), shape);
  const isOut = to.node("Or", [to.node("Less", [name, low]), to.node("GreaterOrEqual", [name, high])]);
  const at = to.node("Where", [isOut, high, name]);
  const isWeighted = sizeOf(weights!.shape) > 0 && !binaryOutput;
  const amounts = isWeighted ? to.reshape(to.get(weights!), shape) : to.node("Expand", [scalar(1), to.int64s(shape)]);
  const counts = to.node("ScatterElements", [zeros, at, amounts], {
    axis: int(axis),
    ...(binaryOutput ? {} : { reduction: str("add") }),
  });
  to.set(output, to.node("Slice", [counts, to.int64s([0]), to.int64s([size]), to.int64s([axis])]));
}

/** Counts all elements together. */
export const bincount: Kernel = counting(() => []);
/** Counts each row of a matrix. */
export const denseBincount: Kernel = counting((shape) => shape.slice(0, -1));
