import { int } from "@lookonce/onnx";
import { backend_util, util } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { axisOf, sizeOf } from "../graph/value.ts";
import { joinNeighbors } from "./channel-parts.ts";

export const concatKernels: Kernels<"Concat" | "Pack"> = {
  Concat: {
    infer(inputs, attrs) {
      const [first] = inputs;
      const shapes = inputs.map(({ shape }) => shape);
      const axis = axisOf(attrs.axis, first?.shape ?? []);
      backend_util.assertParamsConsistent(shapes, axis);
      return { shape: backend_util.computeOutShape(shapes, axis), dtype: first?.dtype ?? "float32" };
    },
    lower(to, { inputs, attrs, output }) {
      const parts = inputs.filter(({ shape }) => sizeOf(shape) > 0);
      const along = axisOf(attrs.axis, output.shape);
      // Networks that only predict are compiled with what a split reads cut apart, see foldConvolutions of `inference`.
      const values = to.block === undefined ? parts : joinNeighbors(parts, along);
      const [first, ...others] = values;
      if (first !== undefined && others.length === 0) return to.setAlias(output, first);
      const layout = along === 1 || along === 2 ? to.layoutOf(...parts) : to.blockedLayoutOf(...parts);
      const names = values.map((value) => layout.get(value));
      layout.set(output, join(to, names, layout.axis(along)));
    },
  },
  /** The tensors along a new axis; −1 is behind the last one. */
  Pack: {
    infer(inputs, { axis }) {
      const [first = { shape: [], dtype: "float32" as const }] = inputs;
      for (const { shape, dtype } of inputs) {
        util.assertShapesMatch(first.shape, shape, "All tensors passed to stack must have matching shapes");
        util.assert(dtype === first.dtype, () => "All tensors passed to stack must have matching dtypes");
      }
      const shape = [...first.shape];
      shape.splice(axis < 0 ? axis + shape.length + 1 : axis, 0, inputs.length);
      return { shape, dtype: first.dtype };
    },
    lower(to, { inputs, attrs, output }) {
      const axis = attrs.axis < 0 ? attrs.axis + output.shape.length : attrs.axis;
      const shape = output.shape.with(axis, 1);
      const parts = inputs.map((value) => to.reshape(to.get(value), shape));
      to.set(output, join(to, parts, axis));
    },
  },
};

/** Tensors that a shader can read besides the one that it writes to: WebGPU promises eight buffers in all. */
const shaderInputs = 7;

/** Writes a concatenation, for shaders one of concatenations where there are many tensors. */
function join(to: Lowering, names: readonly string[], axis: number): string {
  if (to.target !== "webgpu" || names.length <= shaderInputs) return to.node("Concat", names, { axis: int(axis) });
  const groups = Array.from({ length: Math.ceil(names.length / shaderInputs) }, (_, i) =>
    names.slice(i * shaderInputs, (i + 1) * shaderInputs),
  );
  return join(
    to,
    groups.map((group) => join(to, group, axis)),
    axis,
  );
}
