import { int } from "@lookonce/onnx";
import { type ArgMaxAttrs, backend_util, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { Value } from "../graph/value.ts";

function position(operator: "ArgMax" | "ArgMin"): Kernel {
  const last = operator === "ArgMax" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return kernel<ArgMaxAttrs>({
    inputs: ["x"],
    infer([x], { axis }) {
      const axes = util.parseAxisParam(axis, x!.shape as number[]);
      return { shape: backend_util.computeOutAndReduceShapes(x!.shape as number[], axes)[0], dtype: "int32" };
    },
    lower(to, { inputs, attrs, output }) {
      const [axis] = util.parseAxisParam(attrs.axis, inputs[0]!.shape as number[]);
      const found = to.node(operator, [comparable(to, inputs[0]!, last)], { axis: int(axis!), keepdims: int(0) });
      to.set(output, to.cast(found, "int32"));
    },
  });
}

/** Numbers to choose from: NaN is never chosen. An exported graph is spared the test for it, and so are shaders. */
function comparable(to: Lowering, x: Value, last: number): string {
  const name = to.get(x);
  if (x.dtype === "bool") return to.cast(name, "int32");
  if (x.dtype !== "float32" || to.target !== "onnxruntime") return name;
  return to.node("Where", [to.node("IsNaN", [name]), to.scalar(last), name]);
}

/** The index of the largest element along an axis, the first of several. */
export const argMax: Kernel = position("ArgMax");

/** The index of the smallest element along an axis, the first of several. */
export const argMin: Kernel = position("ArgMin");
