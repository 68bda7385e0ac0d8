import { type Attribute, int, ints } from "@lookonce/onnx";
import { backend_util } from "@tensorflow/tfjs-core";

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
