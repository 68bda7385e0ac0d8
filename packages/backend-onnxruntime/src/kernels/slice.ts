import { type SliceAttrs, slice_util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { Value } from "../graph/value.ts";

const channelsLastPlace = [0, 3, 1, 2];

/** Writes the part of `x` from `begin` on, of the output's shape, in the layout in which `x` is at hand. */
export function slicePart(to: Lowering, x: Value, begin: readonly number[], output: Value): void {
  const scalar = to.uniform(x);
  if (scalar !== undefined) {
    to.setUniform(output, scalar);
  } else if (x.shape.length === 4 && to.isChannelsFirst(x)) {
    const reorder = (dims: readonly number[]): number[] => channelsLastPlace.map((axis) => dims[axis]!);
    const name = sliceNamed(to, to.getChannelsFirst(x), {
      from: reorder(x.shape),
      begin: reorder(begin),
      size: reorder(output.shape),
    });
    to.setChannelsFirst(output, name);
  } else {
    to.set(output, sliceNamed(to, to.get(x), { from: x.shape, begin, size: output.shape }));
  }
}

interface Part {
  from: readonly number[];
  begin: readonly number[];
  size: readonly number[];
}

function sliceNamed(to: Lowering, name: string, { from, begin, size }: Part): string {
  const axes = from.map((_, axis) => axis).filter((axis) => size[axis] !== from[axis]);
  if (axes.length === 0) return name;
  return to.node("Slice", [
    name,
    to.int64s(axes.map((axis) => begin[axis]!)),
    to.int64s(axes.map((axis) => begin[axis]! + size[axis]!)),
    to.int64s(axes),
  ]);
}

export const slice: Kernel = kernel<SliceAttrs>({
  inputs: ["x"],
  infer([x], { begin, size }) {
    const tensor = { shape: x!.shape as number[] };
    const [start, shape] = slice_util.parseSliceParams(tensor as never, begin, size) as [number[], number[]];
    slice_util.assertParamsValid(tensor as never, start, shape);
    return { shape, dtype: x!.dtype };
  },
  lower(to, { inputs, attrs, output }) {
    const x = inputs[0]!;
    const [begin] = slice_util.parseSliceParams({ shape: x.shape } as never, attrs.begin, attrs.size) as [
      number[],
      number[],
    ];
    slicePart(to, x, begin, output);
  },
});
