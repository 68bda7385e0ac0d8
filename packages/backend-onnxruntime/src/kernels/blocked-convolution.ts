import { int } from "@lookonce/onnx";
import type { Lowering } from "../graph/lowering.ts";
import { dimOf, type Value } from "../graph/value.ts";
import { cutFilter, inputParts } from "./channel-parts.ts";
import { type Convolution, convolutionAttributes, padsOf, perAxis } from "./convolution.ts";

/**
 * Whether ONNX Runtime's convolution on blocks of channels computes it: results in whole blocks, and inputs in whole blocks,
 * fewer than one block, or each channel by itself.
 */
export function canConvolveBlocks({ block }: Lowering, c: Convolution): boolean {
  if (block === undefined || c.outChannels % block !== 0) return false;
  const [inGroup, outGroup] = [c.inChannels / c.groups, c.outChannels / c.groups];
  if (c.groups === 1) return c.inChannels < block || c.inChannels % block === 0;
  return (inGroup === 1 && outGroup === 1) || (inGroup % block === 0 && outGroup % block === 0);
}

/** What {@link convolveBlocks} reads. */
export interface BlockedOperands {
  readonly x: Value;
  /** The name of the filter [h, w, in / groups, out]. */
  readonly filter: string;
  readonly bias?: string | undefined;
}

/** Writes a convolution and returns the name of its result in blocks, declared [n, c, h, w]. */
export function convolveBlocks(to: Lowering, c: Convolution, { x, filter, bias }: BlockedOperands): string {
  const parts = inputParts(to, c, x);
  if (parts === undefined) return convolve(to, c, { x, filter: blockedFilter(to, c, filter), bias });
  const filters = cutFilter(to, filter, parts);
  let sum: string | undefined;
  for (const [i, part] of parts.entries()) {
    const own = { ...c, inChannels: dimOf(part, 3) };
    const cut = blockedFilter(to, own, filters[i] ?? "");
    sum = convolve(to, own, { x: part, filter: cut, bias: i === 0 ? bias : undefined, added: sum });
  }
  return sum ?? "";
}

/** What {@link convolve} reads: the filter as ONNX Runtime's convolution wants it, and what is added, in blocks. */
export interface ConvolveOperands extends BlockedOperands {
  readonly added?: string | undefined;
}

/** Writes a convolution with a filter that is in blocks already, as {@link convolveBlocks} does. */
export function convolve(to: Lowering, c: Convolution, operands: ConvolveOperands): string {
  const { x, filter, bias = "", added = "" } = operands;
  const isPlanar = c.groups === 1 && c.inChannels < (to.block ?? 0);
  const image = isPlanar ? to.getChannelsFirst(x) : to.getBlocked(x);
  return to.nchwc("Conv", [image, filter, bias, added], { ...convolutionAttributes(c), pads: padsOf(c) });
}

/** The filter [h, w, in / groups, out] as the convolution on blocks reads it. */
export function blockedFilter(to: Lowering, c: Convolution, filter: string): string {
  const { block = 1 } = to;
  const [h, w] = perAxis(c, (axis) => axis.filter);
  const input = c.inChannels / c.groups;
  const output = c.outChannels / block;
  const shape = [c.outChannels, input, h, w];
  if (c.groups === 1 && input % block === 0) {
    const rows = to.reshape(filter, [h * w, 1, input, c.outChannels]);
    const pieces = to.nchwc("ReorderInput", [rows], { channels_last: int(1) });
    const sizes = [h * w, output, input / block] as const;
    return to.reshape(orderPieces(to, pieces, sizes, { taps: range(h * w), blocks: range(output) }), shape);
  }
  // Inputs that are not in blocks come one by one: [out / block, in, h, w, block].
  const inner = input % block === 0 ? block : 1;
  const split = to.reshape(filter, [h, w, input / inner, inner, output, block]);
  return to.reshape(to.transpose(split, [4, 2, 0, 1, 3, 5]), shape);
}

/** Which taps of a filter, in which order, and which blocks of channels. */
interface FilterPart {
  readonly taps: readonly number[];
  readonly blocks: readonly number[];
}

/** The filter [h, w, in, out] of one group, both in whole blocks, for a convolution of the output's channels to some of the input's. */
export function turnedBlocks(to: Lowering, c: Convolution, filter: Value, part: FilterPart): string {
  const { block = 1 } = to;
  const count = c.rows.filter * c.columns.filter;
  const pieces = to.derive(filter, "turned pieces", () => {
    const rows = to.reshape(to.get(filter), [count, c.inChannels, 1, c.outChannels]);
    return to.nchwc("ReorderInput", [rows], { channels_last: int(0) });
  });
  return orderPieces(to, pieces, [count, c.inChannels / block, c.outChannels / block], part);
}

/** Pieces of a block times a block, [taps, blocks, others], as [blocks, others, taps] of those that the part names. */
function orderPieces(
  to: Lowering,
  pieces: string,
  [count, all, others]: readonly [taps: number, blocks: number, others: number],
  { taps, blocks }: FilterPart,
): string {
  if (count === 1 && blocks.length === all) return pieces;
  const { block = 1 } = to;
  const index = blocks.flatMap((i) => range(others).flatMap((j) => taps.map((tap) => (tap * all + i) * others + j)));
  const order = to.constant("int32", Int32Array.from(index));
  return to.node("Gather", [to.reshape(pieces, [-1, block * block]), order], { axis: int(0) });
}

/** The numbers from `start`, by default 0, up to `end`. */
export function range(end: number, start = 0): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
