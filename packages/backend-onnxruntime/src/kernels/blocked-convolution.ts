import type { Lowering } from "../graph/lowering.ts";
import type { Value } from "../graph/value.ts";
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
export function convolveBlocks(to: Lowering, c: Convolution, { x, filter, bias = "" }: BlockedOperands): string {
  const isPlanar = c.groups === 1 && c.inChannels < (to.block ?? 0);
  const image = isPlanar ? to.getChannelsFirst(x) : to.getBlocked(x);
  const inputs = [image, blockedFilter(to, c, filter), ...(bias === "" ? [] : [bias])];
  return to.nchwc("Conv", inputs, { ...convolutionAttributes(c), pads: padsOf(c) });
}

/** The filter [h, w, in / groups, out] as the convolution on blocks reads it. */
function blockedFilter(to: Lowering, c: Convolution, filter: string): string {
  const { block = 1 } = to;
  const [h, w] = perAxis(c, (axis) => axis.filter);
  const input = c.inChannels / c.groups;
  const output = c.outChannels / block;
  const shape = [c.outChannels, input, h, w];
  // Inputs that are not in blocks come one by one: [out / block, in, h, w, block].
  const inner = input % block === 0 ? block : 1;
  const split = to.reshape(filter, [h, w, input / inner, inner, output, block]);
  return to.reshape(to.transpose(split, [4, 2, 0, 1, 3, 5]), shape);
}
