import { util } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import { channelsFirst } from "../graph/lowering.ts";
import { dimOf, sizeOf } from "../graph/value.ts";

export const reshapeKernels: Kernels<"ExpandDims" | "Reshape" | "Tile" | "Transpose"> = {
  ExpandDims: {
    inputs: ["input"],
    infer({ input }, { dim }) {
      const shape = [...input.shape];
      util.assert(-(shape.length + 1) <= dim && dim <= shape.length, () => {
        return `Axis must be in the interval [${-(shape.length + 1)}, ${shape.length}], but is ${dim}`;
      });
      shape.splice(dim < 0 ? shape.length + dim + 1 : dim, 0, 1);
      return { shape, dtype: input.dtype };
    },
    lower: (to, { inputs: { input }, output }) => to.set(output, to.reshape(to.get(input), output.shape)),
  },
  Reshape: {
    inputs: ["x"],
    infer: ({ x }, { shape }) => ({ shape: util.inferFromImplicitShape(shape, sizeOf(x.shape)), dtype: x.dtype }),
    lower(to, { inputs: { x }, output }) {
      const scalar = to.uniform(x);
      if (scalar !== undefined) to.setUniform(output, scalar);
      else to.set(output, to.reshape(to.get(x), output.shape));
    },
  },
  Tile: {
    inputs: ["x"],
    infer: ({ x }, { reps }) => ({ shape: x.shape.map((dim, i) => dim * (reps[i] ?? 1)), dtype: x.dtype }),
    lower(to, { inputs: { x }, attrs: { reps }, output }) {
      const scalar = to.uniform(x);
      if (scalar !== undefined) to.setUniform(output, scalar);
      else if (x.shape.every((dim, i) => dim === 1 || reps[i] === 1)) {
        to.set(output, to.node("Expand", [to.get(x), to.int64s(output.shape)]));
      } else to.set(output, to.node("Tile", [to.get(x), to.int64s(reps)]));
    },
  },
  Transpose: {
    inputs: ["x"],
    infer: ({ x }, { perm }) => ({ shape: perm.map((axis) => dimOf(x, axis)), dtype: x.dtype }),
    lower(to, { inputs: { x }, attrs: { perm }, output }) {
      // Transposing from channels first at once saves one of two transpositions.
      const isChannelsFirst = x.shape.length === 4 && to.isChannelsFirst(x);
      const name = isChannelsFirst ? to.getChannelsFirst(x) : to.get(x);
      to.set(output, to.transpose(name, isChannelsFirst ? perm.map(channelsFirst) : perm));
    },
  },
};
