import type { CumprodAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

/**
 * The running product along an axis. ONNX has no such operator: the product of the last 1, 2, 4, … elements is built
 * from two of half as many (Hillis and Steele, 1986).
 */
export const cumprod: Kernel = kernel<CumprodAttrs>({
  inputs: ["x"],
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype === "bool" ? "int32" : x!.dtype }),
  lower(to, { inputs, attrs, output }) {
    const { shape } = output;
    const rank = shape.length;
    const axis = attrs.axis < 0 ? attrs.axis + rank : attrs.axis;
    const one = to.scalar(1, output.dtype);
    // Ones come in at one end and as many elements drop out at the other.
    const shifted = (name: string, by: number): string => {
      const pads = new Array<number>(2 * rank).fill(0);
      pads[axis] = attrs.reverse ? -by : by;
      pads[rank + axis] = -pads[axis]!;
      return to.node("Pad", [name, to.int64s(pads), one]);
    };
    let product = inputs[0]!.dtype === "bool" ? to.cast(to.get(inputs[0]!), "int32") : to.get(inputs[0]!);
    if (rank > 0) {
      for (let by = 1; by < shape[axis]!; by *= 2) product = to.node("Mul", [product, shifted(product, by)]);
      if (attrs.exclusive) product = shifted(product, 1);
    }
    to.set(output, product);
  },
});
