import { type Attribute, int, ints } from "@lookonce/onnx";
import { backend_util } from "@tensorflow/tfjs-core";
import type { Lowering } from "../graph/lowering.ts";

/** Attributes of tfjs's pooling kernels. */
export interface PoolingAttrs {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: "valid" | "same" | number | backend_util.ExplicitPadding;
  dimRoundingMode?: "floor" | "round" | "ceil";
}

/** A pooling's sizes. */
export function pooling(x: readonly number[], attrs: PoolingAttrs): backend_util.Conv2DInfo {
  return backend_util.computePool2DInfo(
    x as [number, number, number, number],
    attrs.filterSize,
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
}

/** ONNX's attributes of the pooling. */
export function poolingAttributes(info: backend_util.Conv2DInfo): Record<string, Attribute> {
  const { top, left, bottom, right } = info.padInfo;
  return {
    kernel_shape: ints([info.filterHeight, info.filterWidth]),
    strides: ints([info.strideHeight, info.strideWidth]),
    pads: ints([top, left, bottom, right]),
    // Sizes rounded up leave a last window that reaches over the border; the padding says so, this need not.
    ceil_mode: int(0),
  };
}

/**
 * The input of a pooling and the attributes to pool it with. ONNX wants padding smaller than the window: more of it is
 * written as a node of its own, filled with `fill`.
 */
export function padded(
  to: Lowering,
  x: string,
  { info, fill }: { info: backend_util.Conv2DInfo; fill: number },
): { x: string; attributes: Record<string, Attribute>; isPadded: boolean } {
  const attributes = poolingAttributes(info);
  const { top, left, bottom, right } = info.padInfo;
  const isSmall = Math.max(top, bottom) < info.filterHeight && Math.max(left, right) < info.filterWidth;
  if (isSmall) return { x, attributes, isPadded: false };
  const name = to.node("Pad", [x, to.int64s([0, 0, top, left, 0, 0, bottom, right]), to.scalar(fill)]);
  return { x: name, attributes: { ...attributes, pads: ints([0, 0, 0, 0]) }, isPadded: true };
}

/** How many elements of the input each window holds, [windows down, windows across]. */
export function windowCounts(info: backend_util.Conv2DInfo): Float32Array {
  const rows = counts(info.outHeight, info.strideHeight, {
    pad: info.padInfo.top,
    filter: info.filterHeight,
    size: info.inHeight,
  });
  const columns = counts(info.outWidth, info.strideWidth, {
    pad: info.padInfo.left,
    filter: info.filterWidth,
    size: info.inWidth,
  });
  return Float32Array.from(
    { length: rows.length * columns.length },
    (_, i) => rows[Math.floor(i / columns.length)]! * columns[i % columns.length]!,
  );
}

function counts(
  windows: number,
  stride: number,
  { pad, filter, size }: { pad: number; filter: number; size: number },
): number[] {
  return Array.from({ length: windows }, (_, i) => {
    const start = i * stride - pad;
    return Math.max(0, Math.min(size, start + filter) - Math.max(0, start));
  });
}

/** Windows of one element that leave the shape alone: tfjs hands the input on, whatever stride and padding say. */
export function isCopy(info: backend_util.Conv2DInfo): boolean {
  return (
    info.filterHeight * info.filterWidth === 1 && info.inHeight === info.outHeight && info.inWidth === info.outWidth
  );
}
