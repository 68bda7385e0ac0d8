import { int } from "@lookonce/onnx";
import { type PackAttrs, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** The new axis counted from the front; −1 is behind the last one. */
function axisOf({ axis }: PackAttrs, rank: number): number {
  return axis < 0 ? axis + rank + 1 : axis;
}

export const pack: Kernel = kernel<PackAttrs>({
  inputs: "list",
  infer(inputs, attrs) {
    const shape = [...inputs[0]!.shape];
    for (const input of inputs) {
      util.assertShapesMatch(shape, input.shape as number[], "All tensors passed to stack must have matching shapes");
      util.assert(input.dtype === inputs[0]!.dtype, () => "All tensors passed to stack must have matching dtypes");
    }
    shape.splice(axisOf(attrs, shape.length), 0, inputs.length);
    return { shape, dtype: inputs[0]!.dtype };
  },
  lower(to, { inputs, attrs, output }) {
    const axis = axisOf(attrs, inputs[0]!.shape.length);
    const parts = inputs.map((value) => {
      const shape = [...value.shape];
      shape.splice(axis, 0, 1);
      return to.reshape(to.get(value), shape);
    });
    to.set(output, to.node("Concat", parts, { axis: int(axis) }));
  },
});
