import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { NumericType } from "../graph/signature.ts";
import { dimOf, sizeOf } from "../graph/value.ts";
import { elementwise } from "./elementwise.ts";

export const selectKernels: Kernels<"Diag" | "OneHot" | "Select"> = {
  /** A tensor of twice the rank with `x` on its diagonal and zeros elsewhere. */
  Diag: {
    infer: ({ x }) => ({ shape: [...x.shape, ...x.shape], dtype: x.dtype }),
    lower(to, { inputs: { x }, output: { dtype, shape }, output }) {
      const size = sizeOf(x.shape);
      const numbers = Int32Array.from({ length: size }, (_, i) => i);
      const shapes = [
        [size, 1],
        [1, size],
      ];
      const isDiagonal = to.node(
        "Equal",
        shapes.map((each) => to.constant("int32", numbers, each)),
      );
      const row = to.reshape(to.get(x), [1, size]);
      to.set(output, to.reshape(choose(to, dtype, [isDiagonal, row, to.scalar(0, dtype)]), shape));
    },
  },
  /** Rows of `offValue` with `onValue` at the index; an index out of range makes a row without it. */
  OneHot: {
    infer: ({ indices }, { depth, dtype }) => ({ shape: [...indices.shape, depth], dtype: dtype ?? "float32" }),
    lower(to, { inputs: { indices }, attrs: { depth, onValue, offValue }, output }) {
      // ONNX's OneHot wraps negative indices around, which tfjs does not: compare with the class numbers instead.
      const classes = to.constant(
        "int32",
        Int32Array.from({ length: depth }, (_, i) => i),
      );
      const column = to.node("Unsqueeze", [to.get(indices), to.int64s([indices.shape.length])]);
      const isOn = to.node("Equal", [column, classes]);
      const { dtype } = output;
      to.set(output, choose(to, dtype, [isOn, to.scalar(onValue, dtype), to.scalar(offValue, dtype)]));
    },
  },
  /** `t` where the condition is true, else `e`; a condition of rank 1 chooses whole rows. */
  Select: {
    infer: ({ t }) => t,
    lower(to, { inputs: { condition, t, e }, output }) {
      const rank = t.shape.length;
      if (condition.shape.length === 1 && rank > 1) {
        const rows = to.reshape(to.get(condition), [dimOf(t, 0), ...new Array<number>(rank - 1).fill(1)]);
        to.set(output, choose(to, output.dtype, [rows, to.get(t), to.get(e)]));
      } else {
        elementwise(to, { inputs: [condition, t, e], output }, (names) => choose(to, output.dtype, names));
      }
    },
  },
};

/** Writes a choice between two tensors. ONNX Runtime has no `Where` of booleans: bytes are chosen in their place. */
function choose(to: Lowering, dtype: NumericType, [where, yes, no]: readonly [string, string, string]): string {
  if (dtype !== "bool") return to.node("Where", [where, yes, no]);
  return to.cast(to.node("Where", [where, to.cast(yes, "uint8"), to.cast(no, "uint8")]), "bool");
}
