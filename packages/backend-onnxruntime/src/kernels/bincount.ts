import { int, str } from "@lookonce/onnx";
import type { Kernel, Kernels } from "../graph/kernel.ts";
import { sizeOf } from "../graph/value.ts";

export const bincountKernels: Kernels<"Bincount" | "DenseBincount"> = {
  /** Counts all elements together. */
  Bincount: counting(() => []),
  /** Counts each row of a matrix. */
  DenseBincount: counting((shape) => shape.slice(0, -1)),
};

/** Counts 0 … size − 1 in a vector or each row of a matrix, or sums their weights; other numbers do not count. */
function counting(rowsOf: (shape: readonly number[]) => number[]): Kernel<"Bincount" | "DenseBincount"> {
  return {
    infer: ({ x, weights }, { size }) => ({ shape: [...rowsOf(x.shape), size], dtype: weights.dtype }),
    lower(to, { inputs: { x, weights }, attrs, output }) {
      const { size } = attrs;
      const rows = rowsOf(x.shape);
      const axis = rows.length;
      // Like tfjs's reference, a vector is always counted.
      const binaryOutput = "binaryOutput" in attrs && attrs.binaryOutput === true && axis > 0;
      const shape = [...rows, sizeOf(x.shape) / sizeOf(rows)];
      // One element more than asked for collects what does not count.
      const zeros = to.node("Expand", [to.scalar(0, output.dtype), to.int64s([...rows, size + 1])]);
      const [low, high] = [to.scalar(0, "int32"), to.scalar(size, "int32")];
      const name = to.reshape(to.get(x), shape);
      const isOut = to.node("Or", [to.node("Less", [name, low]), to.node("GreaterOrEqual", [name, high])]);
      const at = to.node("Where", [isOut, high, name]);
      const isWeighted = sizeOf(weights.shape) > 0 && !binaryOutput;
      const amounts = isWeighted
        ? to.reshape(to.get(weights), shape)
        : to.node("Expand", [to.scalar(1, output.dtype), to.int64s(shape)]);
      const counts = to.node("ScatterElements", [zeros, at, amounts], {
        axis: int(axis),
        ...(binaryOutput ? {} : { reduction: str("add") }),
      });
      to.set(output, to.node("Slice", [counts, to.int64s([0]), to.int64s([size]), to.int64s([axis])]));
    },
  };
}
