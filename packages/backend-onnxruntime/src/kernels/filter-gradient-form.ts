import type { FilterGradientForm, Stripes } from "../graph/filter-gradients.ts";
import type { Value } from "../graph/value.ts";
import type { Convolution, WindowAxis } from "./convolution.ts";
import { largestDivisor } from "./divisor.ts";

/** A convolution's operands, its input and the gradient of its output, and how many channels are in a block. */
export interface Operands {
  readonly x: Value;
  readonly dy: Value;
  readonly block: number;
}

/** Sizes along rows or columns of a correlation whose filter is one operand and whose image is the other. */
export interface Correlation {
  readonly image: number;
  readonly filter: number;
  readonly stride: number;
  readonly taps: number;
  /** Zeros before and after the image. */
  readonly before: number;
  readonly after: number;
}

/** The correlation along one axis; with `swap`, for stride 1, `dy` is the image, and the taps come turned by 180°. */
export function correlationOf(axis: WindowAxis, swap: boolean): Correlation {
  const { input, output, stride, filter: taps } = axis;
  const [image, filter, before] = swap ? [output, input, taps - 1 - axis.before] : [input, output, axis.before];
  return { image, filter, stride, taps, before, after: stride * (filter - 1) + taps - image - before };
}

/** Bytes of a set of filters, at most four blocks, beyond which it leaves too little room in the second-level cache. */
const cachedFilterBytes = 1.5 * 2 ** 20;

/** Whether an operand is there with its channels in blocks, or first. */
export interface AtHand {
  readonly isBlocked: boolean;
  readonly isChannelsFirst: boolean;
}

/** What is known of a convolution's operands: `x`, and the gradient of the output. */
export type OperandsAtHand = Readonly<Record<"x" | "dy", AtHand>>;

/**
 * The fastest form for a convolution, by measurements of YOLOv8n's shapes (`bench/README.md`); `undefined` where the plain
 * form is the only one or the fastest.
 *
 * @param block channels in a block
 */
export function chooseForm(c: Convolution, block: number, atHand: OperandsAtHand): FilterGradientForm | undefined {
  const { rows, columns, batch, groups, inChannels, outChannels } = c;
  const axes = [rows, columns];
  if (axes.some(({ dilation }) => dilation > 1)) return undefined;
  const fits = (swap: boolean): boolean =>
    axes.map((axis) => correlationOf(axis, swap)).every(({ before, after }) => before >= 0 && after >= 0);
  const isWhole = (channels: number): boolean => channels % block === 0;
  if (groups > 1) {
    const isDepthwise = groups === inChannels && groups === outChannels;
    return isDepthwise && isWhole(groups) && fits(false) ? { kind: "depthwise" } : undefined;
  }
  if (rows.filter * columns.filter === 1) return oneTapForm(c, block, atHand);
  if (!isWhole(outChannels) || !fits(false)) return undefined;
  if (inChannels < block) return { kind: "planes" };
  if (!isWhole(inChannels)) return undefined;

  const stride = Math.max(rows.stride, columns.stride);
  // Four blocks of filters at a time are best. Turned taps are for stride 1 alone.
  const isBetterTurned =
    inChannels % (4 * block) === 0 || (outChannels % (4 * block) !== 0 && inChannels < outChannels);
  const swap = stride === 1 && isBetterTurned && fits(true);
  const stripes = (form: Partial<Stripes>): Stripes => ({
    kind: "stripes",
    images: 1,
    slices: 1,
    lanes: block,
    swap,
    ...form,
  });
  const side = Math.sqrt(rows.output * columns.output);
  const slices = (wanted: number, turned = swap): number =>
    largestDivisor(turned ? rows.input : rows.output, Math.min(wanted, block - 1));
  if (inChannels === block) {
    if (stride > 1) return stripes({ slices: slices(10, false), swap: false });
    // A block of channels would be `taps` work items: half of one is twice as many, for several threads.
    return stripes({ lanes: block / 2, slices: side > 80 ? slices(4, false) : 1, swap: false });
  }
  const many = largestDivisor(batch, Math.min(8, block - 1));
  if (side <= 10) return stripes({ images: many });
  const filterBytes = Math.min(4 * block, swap ? inChannels : outChannels) * 4 * side * side;
  if (side <= 20 || filterBytes <= cachedFilterBytes) return stripes({});
  return stripes({ slices: slices(4) });
}

/** All forms of a matmul, whose time is that of its operands: the one for which fewer elements are to be reordered. */
function oneTapForm(c: Convolution, block: number, { x, dy }: OperandsAtHand): FilterGradientForm | undefined {
  const { rows, columns, batch, inChannels, outChannels } = c;
  if ([rows, columns].some(({ stride, before, after }) => stride > 1 || before > 0 || after > 0)) return undefined;
  if ((rows.output * columns.output) % block !== 0) {
    if (!x.isBlocked || !dy.isBlocked || inChannels % block !== 0 || outChannels % block !== 0) return undefined;
    const images = largestDivisor(batch, Math.min(8, block - 1));
    return { kind: "stripes", images, slices: 1, lanes: block, swap: inChannels > outChannels };
  }
  const [xFirst, dyFirst] = [x.isChannelsFirst ? 0 : inChannels, dy.isChannelsFirst ? 0 : outChannels];
  const forms = [
    { filter: "x" as const, channels: inChannels, reordered: (x.isBlocked ? 0 : inChannels) + dyFirst },
    { filter: "dy" as const, channels: outChannels, reordered: (dy.isBlocked ? 0 : outChannels) + xFirst },
  ];
  // The smaller operand as the filter is faster.
  const [best] = forms
    .filter(({ channels, reordered }) => channels % block === 0 && reordered <= xFirst + dyFirst)
    .toSorted((a, b) => a.reordered - b.reordered || a.channels - b.channels);
  return best && { kind: "pixels", filter: best.filter };
}
