import { int } from "@lookonce/onnx";
import { backend_util } from "@tensorflow/tfjs-core";
import type { Kernel, Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { axisOf, type Value } from "../graph/value.ts";

/** The index of the largest (or smallest) element along an axis, the first of several. */
export const argMaxKernels: Kernels<"ArgMax" | "ArgMin"> = {
  ArgMax: position("ArgMax", Number.NEGATIVE_INFINITY),
  ArgMin: position("ArgMin", Number.POSITIVE_INFINITY),
};

function position(operator: string, last: number): Kernel<"ArgMax"> {
  return {
    inputs: ["x"],
    infer: ({ x: { shape } }, { axis }) => ({
      shape: backend_util.computeOutAndReduceShapes(shape, [axisOf(axis, shape)])[0],
      dtype: "int32",
    }),
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
