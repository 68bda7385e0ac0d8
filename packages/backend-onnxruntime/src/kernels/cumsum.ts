import { int } from "@lookonce/onnx";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { Signature } from "../graph/signature.ts";
import { dimOf, type Value } from "../graph/value.ts";

const infer = ({ x }: { x: TensorInfo }): Signature => ({
  shape: x.shape,
  dtype: x.dtype === "bool" ? "int32" : x.dtype,
});

const numbers = (to: Lowering, x: Value): string => (x.dtype === "bool" ? to.cast(to.get(x), "int32") : to.get(x));

export const cumulativeKernels: Kernels<"Cumprod" | "Cumsum"> = {
  /** ONNX has none: the product of the last 1, 2, 4, … elements is two of half as many (Hillis and Steele, 1986). */
  Cumprod: {
    infer,
    lower(to, { inputs: { x }, attrs, output }) {
      const rank = output.shape.length;
      const axis = attrs.axis < 0 ? attrs.axis + rank : attrs.axis;
      const one = to.scalar(1, output.dtype);
      // Ones come in at one end and as many elements drop out at the other.
      const shifted = (name: string, by: number): string => {
        const pads = new Array<number>(2 * rank).fill(0);
        const before = attrs.reverse ? -by : by;
        pads[axis] = before;
        pads[rank + axis] = -before;
        return to.node("Pad", [name, to.int64s(pads), one]);
      };
      let product = numbers(to, x);
      if (rank > 0) {
        for (let by = 1; by < dimOf(output, axis); by *= 2) product = to.node("Mul", [product, shifted(product, by)]);
        if (attrs.exclusive) product = shifted(product, 1);
      }
      to.set(output, product);
    },
  },
  Cumsum: {
    infer,
    lower(to, { inputs: { x }, attrs, output }) {
      const axis = attrs.axis < 0 ? attrs.axis + x.shape.length : attrs.axis;
      const name = numbers(to, x);
      const at = to.constant("int64", BigInt64Array.of(BigInt(axis)), []);
      const flags = { exclusive: int(attrs.exclusive ? 1 : 0), reverse: int(attrs.reverse ? 1 : 0) };
      to.set(output, x.shape.length === 0 ? name : to.node("CumSum", [name, at], flags));
    },
  },
};
