import { int } from "@lookonce/onnx";
import type { Lowering } from "../graph/lowering.ts";
import type { Value } from "../graph/value.ts";

/** Whether a reduction of the value over these axes is a sum per channel that {@link channelSum} can write. */
export function isChannelSum(to: Lowering, x: Value, axes: readonly number[]): boolean {
  const isPerChannel = axes.length === 3 && !axes.includes(3);
  return isPerChannel && x.shape.length === 4 && x.dtype === "float32" && to.isChannelsFirst(x);
}

/**
 * Writes the sums of a channels-first value over images, rows and columns, [channels].
 *
 * ONNX Runtime sums contiguous rows several times faster than strided ones: first each image's channels, then the
 * images. The sum of a product is written as inner products, which spares the pass that would write the product.
 */
export function channelSum(to: Lowering, x: Value): string {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const factors = factorsOf(to, x);
  let perImage: string;
  if (factors === undefined || to.target !== "onnxruntime") {
    const rows = to.reshape(to.getChannelsFirst(x), [n * c, h * w]);
    perImage = to.node("ReduceSum", [rows, to.int64s([1])], { keepdims: int(0) });
  } else {
    const rows = factors.map((value) =>
      to.derive(value, "rows", () => to.reshape(to.getChannelsFirst(value), [n * c, 1, h * w])),
    );
    perImage = to.microsoft("FusedMatMul", rows, { transB: int(1) });
  }
  return to.node("ReduceSum", [to.reshape(perImage, [n, c]), to.int64s([0])], { keepdims: int(0) });
}

/** The two values of the same shape whose product the value is. */
function factorsOf(to: Lowering, x: Value): [Value, Value] | undefined {
  const node = x.producer;
  if (node?.kernel !== "Multiply" && node?.kernel !== "Square") return undefined;
  const [a, b = a] = node.inputs as [Value, Value | undefined];
  const isWhole = (value: Value): boolean =>
    value.shape.length === 4 && value.shape.every((dim, i) => dim === x.shape[i]) && to.isChannelsFirst(value);
  return isWhole(a) && isWhole(b) ? [a, b] : undefined;
}
