import { int, str } from "@lookonce/onnx";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import type { Signature } from "../graph/signature.ts";

type Paddings = readonly (readonly [number, number])[];

const infer = ({ x }: { x: TensorInfo }, { paddings }: { paddings: Paddings }): Signature => ({
  shape: x.shape.map((dim, i) => dim + (paddings[i]?.[0] ?? 0) + (paddings[i]?.[1] ?? 0)),
  dtype: x.dtype,
});

/** ONNX's order: all amounts before, then all after. */
const amounts = (paddings: Paddings): number[] => [
  ...paddings.map(([before]) => before),
  ...paddings.map(([, after]) => after),
];

export const padKernels: Kernels<"MirrorPad" | "PadV2"> = {
  /** Padding by reflection: without the border element (`reflect`) or with it (`symmetric`). */
  MirrorPad: {
    infer,
    lower(to, { inputs: { x }, attrs: { paddings, mode }, output }) {
      let name = to.get(x);
      if (mode === "reflect") {
        name = to.node("Pad", [name, to.int64s(amounts(paddings))], { mode: str("reflect") });
      } else {
        // ONNX has no symmetric mode: gather each axis by its mirrored indices.
        for (const [axis, dim] of x.shape.entries()) {
          const [before, after] = paddings[axis] ?? [0, 0];
          if (before === 0 && after === 0) continue;
          const indices = Array.from({ length: before + dim + after }, (_, i) => {
            const at = i - before;
            return at < 0 ? -at - 1 : at >= dim ? 2 * dim - 1 - at : at;
          });
          name = to.node("Gather", [name, to.int64s(indices)], { axis: int(axis) });
        }
      }
      to.set(output, name);
    },
  },
  PadV2: {
    infer,
    lower(to, { inputs: { x }, attrs: { paddings, constantValue }, output }) {
      const layout = to.layoutOf(x);
      const ordered = [...paddings];
      for (const [axis, amount] of paddings.entries()) ordered[layout.axis(axis)] = amount;
      const pads = to.int64s(amounts(ordered));
      const fill = to.scalar(constantValue, x.dtype);
      layout.set(output, to.node("Pad", [layout.get(x), pads, fill], { mode: str("constant") }));
    },
  },
};
