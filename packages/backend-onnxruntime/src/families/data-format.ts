import type { Lowering } from "../graph/lowering.ts";
import type { Value } from "../graph/value.ts";

/** Where tensors of rank 4 hold their channels. tfjs's default is last. */
export type DataFormat = "NHWC" | "NCHW" | undefined;

/** A shape of either format as [n, h, w, c]. */
export function channelsLastShape(shape: readonly number[], format: DataFormat): number[] {
  const [n, a, b, c] = shape as [number, number, number, number];
  return format === "NCHW" ? [n, b, c, a] : [n, a, b, c];
}

/** The shape [n, h, w, c] in the format. */
export function shapeIn(shape: readonly number[], format: DataFormat): number[] {
  const [n, h, w, c] = shape as [number, number, number, number];
  return format === "NCHW" ? [n, c, h, w] : [n, h, w, c];
}

/** The name of a value in the layout of ONNX's convolutions. */
export function channelsFirstName(to: Lowering, value: Value, format: DataFormat): string {
  return format === "NCHW" ? to.get(value) : to.getChannelsFirst(value);
}

/** Leaves a channels-first result as the output. */
export function setFromChannelsFirst(to: Lowering, output: Value, name: string, format: DataFormat): void {
  if (format === "NCHW") to.set(output, name);
  else to.setChannelsFirst(output, name);
}
