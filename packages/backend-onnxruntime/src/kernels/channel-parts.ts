import type { Lowering } from "../graph/lowering.ts";
import { axisOf, dimOf, type Node, operandsOf, type Value } from "../graph/value.ts";
import type { Convolution } from "./convolution.ts";

/** The axis of a concatenation or a split. */
export function axisOfParts(node: Node, shape: number[]): number {
  return axisOf("axis" in node.attrs ? Number(node.attrs.axis) : 0, shape);
}

/** The values along the axis, where all parts of a split follow each other with what was split in their place. */
export function joinNeighbors(values: readonly Value[], axis: number): Value[] {
  const [first, ...rest] = values;
  if (first === undefined) return [];
  const { producer } = first;
  const [whole] = producer?.kernel === "SplitV" ? operandsOf(producer) : [];
  const isWhole =
    whole !== undefined &&
    producer !== undefined &&
    axisOfParts(producer, whole.shape) === axis &&
    producer.outputs.every((part, i) => part === values[i]);
  if (!isWhole) return [first, ...joinNeighbors(rest, axis)];
  return [whole, ...joinNeighbors(values.slice(producer.outputs.length), axis)];
}

/**
 * The values that a convolution's input has one after the other along its channels, where a convolution of each and their sum
 * move less memory than a concatenation; otherwise, and where they are no whole blocks, `undefined`.
 */
export function inputParts(to: Lowering, c: Convolution, x: Value): Value[] | undefined {
  const { producer } = x;
  if (to.block === undefined || c.groups > 1 || producer?.kernel !== "Concat") return undefined;
  if (axisOfParts(producer, x.shape) !== 3) return undefined;
  const parts = joinNeighbors(operandsOf(producer), 3);
  const concatenated = c.rows.input * c.columns.input * c.inChannels;
  const added = (parts.length - 1) * c.rows.output * c.columns.output * c.outChannels;
  return parts.length > 1 && added < concatenated && parts.every((part) => to.canBlock(part)) ? parts : undefined;
}

/** A filter [h, w, in, out], cut to what the parts have of the channels. */
export function cutFilter(to: Lowering, filter: string, parts: readonly Value[]): string[] {
  const sizes = parts.map((part) => dimOf(part, 3));
  return to.split(filter, sizes, 2);
}
