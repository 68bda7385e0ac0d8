import { type MaxPoolWithArgmaxAttrs, util } from "@tensorflow/tfjs-core";
import { padded, pooling } from "../families/pooling.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";

/** The maximum of each window, and its place: (y · width + x) · channels + channel, counted in its own image or in all. */
export const maxPoolWithArgmax: Kernel = kernel<MaxPoolWithArgmaxAttrs>({
  inputs: ["x"],
  infer([x], attrs) {
    util.assert(x!.shape.length === 4, () => `Error in maxPoolWithArgmax: x must be rank 4 but got [${x!.shape}].`);
    const shape = pooling(x!.shape, attrs).outShape;
    return [
      { shape, dtype: x!.dtype },
      { shape, dtype: "int32" },
    ];
  },
  lower(to, { inputs, attrs, outputs }) {
    const image = inputs[0]!;
    const info = pooling(image.shape, attrs);
    const [n, h, w, c] = image.shape as [number, number, number, number];
    const fill = Number.NEGATIVE_INFINITY;
    // NaN is never the largest.
    const name = to.getChannelsFirst(image);
    const numbers = to.node("Where", [to.node("IsNaN", [name]), to.scalar(fill), name]);
    const { x, attributes, isPadded } = padded(to, numbers, { info, fill });
    const [largest, positions] = to.graph.multi("MaxPool", [x], attributes, { outputs: 2 });
    const { top, left, bottom, right } = info.padInfo;
    const size = isPadded ? [top + h + bottom, left + w + right] : [h, w];
    // ONNX counts through the channels-first tensor.
    const inPlane = to.node("Mod", [positions!, to.int64s([size[0]! * size[1]!])]);
    let place = inPlane;
    if (isPadded) {
      const row = to.node("Sub", [to.node("Div", [inPlane, to.int64s([size[1]!])]), to.int64s([top])]);
      const column = to.node("Sub", [to.node("Mod", [inPlane, to.int64s([size[1]!])]), to.int64s([left])]);
      place = to.node("Add", [to.node("Mul", [row, to.int64s([w])]), column]);
    }
    place = to.node("Add", [to.node("Mul", [place, to.int64s([c])]), counted(to, c, [1, c, 1, 1], 1)]);
    if (attrs.includeBatchInIndex) place = to.node("Add", [place, counted(to, n, [n, 1, 1, 1], h * w * c)]);
    to.setChannelsFirst(outputs[0]!, largest!);
    to.setChannelsFirst(outputs[1]!, to.cast(place, "int32"));
  },
});

/** The numbers 0, step, 2 · step, … */
function counted(to: Lowering, length: number, shape: readonly number[], step: number): string {
  return to.constant(
    "int64",
    BigInt64Array.from({ length }, (_, i) => BigInt(i * step)),
    shape,
  );
}
