import { int } from "@lookonce/onnx";
import { type ArgMaxAttrs, backend_util, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

function position(operator: "ArgMax" | "ArgMin"): Kernel {
  return kernel<ArgMaxAttrs>({
    inputs: ["x"],
    infer([x], { axis }) {
      const axes = util.parseAxisParam(axis, x!.shape as number[]);
      return { shape: backend_util.computeOutAndReduceShapes(x!.shape as number[], axes)[0], dtype: "int32" };
    },
    lower(to, { inputs, attrs, output }) {
      const [axis] = util.parseAxisParam(attrs.axis, inputs[0]!.shape as number[]);
      const found = to.node(operator, [to.get(inputs[0]!)], { axis: int(axis!), keepdims: int(0) });
      to.set(output, to.cast(found, "int32"));
    },
  });
}

/** The index of the largest element along an axis, the first of several. */
export const argMax: Kernel = position("ArgMax");

/** The index of the smallest element along an axis, the first of several. */
export const argMin: Kernel = position("ArgMin");
