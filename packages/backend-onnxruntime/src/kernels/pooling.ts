import { type Attribute, int, ints } from "@lookonce/onnx";
import { backend_util, type MaxPoolAttrs, type TensorInfo } from "@tensorflow/tfjs-core";
import type { Lowering } from "../graph/lowering.ts";
import { shape4 } from "../graph/value.ts";

/** A pooling's sizes. */
export function pooling(x: Pick<TensorInfo, "shape">, attrs: MaxPoolAttrs): backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  return backend_util.computePool2DInfo(shape4(x), filterSize, strides, 1, pad, dimRoundingMode);
}

/**
 * The input of a pooling and the attributes to pool it with. ONNX accepts only padding smaller than the window: more of it
 * is written as a node of its own, filled with `fill`.
 */
export function padded(
  to: Lowering,
  x: string,
  { info, fill }: { info: backend_util.Conv2DInfo; fill: number },
): { x: string; attributes: Record<string, Attribute>; isPadded: boolean } {
  const { top, left, bottom, right } = info.padInfo;
  const attributes = {
    kernel_shape: ints([info.filterHeight, info.filterWidth]),
    strides: ints([info.strideHeight, info.strideWidth]),
    pads: ints([top, left, bottom, right]),
    // Where sizes are rounded up, the padding includes the last window's part beyond the border.
    ceil_mode: int(0),
  };
  const isSmall = Math.max(top, bottom) < info.filterHeight && Math.max(left, right) < info.filterWidth;
  if (isSmall) return { x, attributes, isPadded: false };
  const name = to.node("Pad", [x, to.int64s([0, 0, top, left, 0, 0, bottom, right]), to.scalar(fill)]);
  return { x: name, attributes: { ...attributes, pads: ints([0, 0, 0, 0]) }, isPadded: true };
}

/** Windows of one element that leave the shape alone: tfjs returns the input, whatever stride and padding are. */
export function isCopy(info: backend_util.Conv2DInfo): boolean {
  return (
    info.filterHeight * info.filterWidth === 1 && info.inHeight === info.outHeight && info.inWidth === info.outWidth
  );
}
