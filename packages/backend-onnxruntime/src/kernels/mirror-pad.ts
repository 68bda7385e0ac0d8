import { str } from "@lookonce/onnx";
import type { MirrorPadAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** Padding by reflection: without the border element (`reflect`) or with it (`symmetric`). */
export const mirrorPad: Kernel = kernel<MirrorPadAttrs>({
  inputs: ["x"],
  infer: ([x], { paddings }) => ({
    shape: x!.shape.map((dim, i) => paddings[i]![0] + dim + paddings[i]![1]),
    dtype: x!.dtype,
  }),
  lower(to, { inputs, attrs, output }) {
    const { shape } = inputs[0]!;
    let name = to.get(inputs[0]!);
    if (attrs.mode === "reflect") {
      const pads = [...attrs.paddings.map(([before]) => before), ...attrs.paddings.map(([, after]) => after)];
      name = to.node("Pad", [name, to.int64s(pads)], { mode: str("reflect") });
    } else {
      // ONNX has no symmetric mode: gather each axis by its mirrored indices.
      attrs.paddings.forEach(([before, after], axis) => {
        if (before === 0 && after === 0) return;
        const dim = shape[axis]!;
        const indices = Array.from({ length: before + dim + after }, (_, i) => {
          const at = i - before;
          return at < 0 ? -at - 1 : at >= dim ? 2 * dim - 1 - at : at;
        });
        name = to.node("Gather", [name, to.int64s(indices)], { axis: { int: axis } });
      });
    }
    to.set(output, name);
  },
});
