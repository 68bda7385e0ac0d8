import { util } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import { dimOf, sizeOf } from "../graph/value.ts";

export const reshapeKernels: Kernels<"ExpandDims" | "Reshape" | "Tile" | "Transpose"> = {
  ExpandDims: {
    infer({ input }, { dim }) {
      const rank = input.shape.length;
      const message = `Axis must be in the interval [${-(rank + 1)}, ${rank}], but is ${dim}`;
      util.assert(-(rank + 1) <= dim && dim <= rank, () => message);
      return { shape: input.shape.toSpliced(dim < 0 ? rank + dim + 1 : dim, 0, 1), dtype: input.dtype };
    },
    lower: (to, { inputs: { input }, output }) => to.set(output, to.reshape(to.get(input), output.shape)),
  },
  Reshape: {
    infer: ({ x }, { shape }) => ({ shape: util.inferFromImplicitShape(shape, sizeOf(x.shape)), dtype: x.dtype }),
    lower(to, { inputs: { x }, output }) {
      const scalar = to.uniform(x);
      // Gradients of sums are reshaped to the shape that they have.
      if (`${x.shape}` === `${output.shape}`) to.setAlias(output, x);
      else if (scalar !== undefined) to.setUniform(output, scalar);
      else to.set(output, to.reshape(to.get(x), output.shape));
    },
  },
  Tile: {
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
    infer: ({ x }, { perm }) => ({ shape: perm.map((axis) => dimOf(x, axis)), dtype: x.dtype }),
    lower(to, { inputs: { x }, attrs: { perm }, output }) {
      const isPlain = !to.isChannelsFirst(x) && !to.isBlocked(x);
      // What came with its channels first, such as the images of a batch.
      if (isPlain && `${perm}` === "0,2,3,1") return to.setChannelsFirst(output, to.get(x));
      // Transposing from channels first at once saves one of two transpositions.
      const layout = to.layoutOf(x);
      const order = perm.map((axis) => layout.axis(axis));
      to.set(output, to.transpose(layout.get(x), order));
    },
  },
};
