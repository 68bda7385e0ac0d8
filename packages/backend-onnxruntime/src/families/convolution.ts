import { type Attribute, int, ints } from "@lookonce/onnx";
import { backend_util } from "@tensorflow/tfjs-core";
import type { Lowering } from "../graph/lowering.ts";
import type { Value } from "../graph/value.ts";

/** Attributes that tfjs's convolution kernels have in common; the gradients of this backend take `dilations` too. */
export interface ConvolutionAttrs {
  strides: [number, number] | number;
  pad: "valid" | "same" | number | backend_util.ExplicitPadding;
  dataFormat?: "NHWC" | "NCHW";
  dilations?: [number, number] | number;
  dimRoundingMode?: "floor" | "round" | "ceil";
}

/** A convolution's sizes. Shapes are NHWC and HWIO. */
export interface Convolution {
  /** Height and width of the input, of the output and of the filter. */
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly filter: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Rows and columns of zeros before the first and after the last. */
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
}

/** Works out a convolution. `x` is NHWC whatever `dataFormat` says. The filter is [h, w, in / groups, out]: its third dimension tells the number of groups. */
export function convolution(x: readonly number[], filter: readonly number[], attrs: ConvolutionAttrs): Convolution {
  const [batch, , , inChannels] = x as [number, number, number, number];
  const [fh, fw, perGroup, outChannels] = filter as [number, number, number, number];
  const dilations = attrs.dilations ?? 1;
  const info = backend_util.computeConv2DInfo(
    x as [number, number, number, number],
    [fh, fw, inChannels, outChannels],
    attrs.strides,
    dilations,
    channelsLastPad(attrs),
    attrs.dimRoundingMode,
  );
  const { top, bottom, left, right } = info.padInfo;
  return {
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
    filter: [fh, fw],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    before: [top, left],
    after: [bottom, right],
    batch,
    inChannels,
    outChannels,
    groups: inChannels / perGroup,
  };
}

/** Explicit padding names its axes in the order of the data format. */
function channelsLastPad({ pad, dataFormat }: ConvolutionAttrs): ConvolutionAttrs["pad"] {
  return dataFormat === "NCHW" && Array.isArray(pad) ? [pad[0], pad[2], pad[3], pad[1]] : pad;
}

/** ONNX's attributes of the convolution. */
function attributes(c: Convolution): Record<string, Attribute> {
  return { strides: ints(c.strides), dilations: ints(c.dilations), group: int(c.groups), kernel_shape: ints(c.filter) };
}

/** The filter as [h, w, in/groups, out]; a depthwise one, [h, w, channels, multiplier], is a reshape away. */
function grouped(to: Lowering, c: Convolution, filter: Value): string {
  const shape = [...c.filter, c.inChannels / c.groups, c.outChannels];
  if (filter.shape.every((dim, i) => dim === shape[i])) return to.get(filter);
  return to.derive(filter, "grouped", () => to.reshape(to.get(filter), shape));
}

/** The filter as ONNX wants it, [out, in/groups, h, w]. */
function outFirst(to: Lowering, c: Convolution, filter: Value): string {
  return to.derive(filter, "OIHW", () => to.transpose(to.half(grouped(to, c, filter)), [3, 2, 0, 1]));
}

/** Writes the forward convolution of a channels-first input. `bias` may be absent. */
export function convolve(to: Lowering, c: Convolution, names: { x: string; filter: Value; bias?: string }): string {
  const bias = names.bias === undefined ? [] : [to.half(names.bias)];
  const inputs = [to.half(names.x), outFirst(to, c, names.filter), ...bias];
  return to.single(to.node("Conv", inputs, { ...attributes(c), pads: ints([...c.before, ...c.after]) }));
}

/**
 * Writes the gradient with respect to the input, channels first.
 *
 * At stride 1 it is a convolution of `dy` with the filter turned by 180° and its channels swapped, which runs at the
 * forward's speed; at other strides a transposed convolution.
 */
export function inputGradient(to: Lowering, c: Convolution, dy: string, filter: Value): string {
  const span = [0, 1].map((i) => c.dilations[i]! * (c.filter[i]! - 1)) as [number, number];
  const isUnitStride = c.strides[0] === 1 && c.strides[1] === 1;
  const before = [span[0] - c.before[0], span[1] - c.before[1]];
  const after = [0, 1].map((i) => c.input[i]! - c.output[i]! - before[i]! + span[i]!);
  if (isUnitStride && [...before, ...after].every((pad) => pad >= 0)) {
    const inputs = [to.half(dy), turned(to, c, filter)];
    return to.single(to.node("Conv", inputs, { ...attributes(c), pads: ints([...before, ...after]) }));
  }
  if (to.target === "webgpu" && c.groups > 1) return spreadInputGradient(to, c, dy, filter);
  const rest = [0, 1].map((i) => c.input[i]! + c.before[i]! - (c.output[i]! - 1) * c.strides[i]! - span[i]! - 1);
  const gradient = to.node("ConvTranspose", [to.half(dy), outFirst(to, c, filter)], {
    ...attributes(c),
    pads: ints([...c.before, ...rest.map((r) => Math.max(0, -r))]),
    output_padding: ints(rest.map((r) => Math.max(0, r))),
  });
  return to.single(gradient);
}

/**
 * The gradient with respect to the input where the transposed convolution of groups is wrong, as in the WebGPU provider of
 * ONNX Runtime 1.30: zeros are put between the elements of `dy`, and the rest is as at stride 1.
 */
function spreadInputGradient(to: Lowering, c: Convolution, dy: string, filter: Value): string {
  const { batch, outChannels } = c;
  const [h, w] = c.output;
  const [sh, sw] = c.strides;
  const apart = to.reshape(dy, [batch, outChannels, h, 1, w, 1]);
  const gaps = [0, 0, 0, 0, 0, 0, 0, 0, 0, sh - 1, 0, sw - 1];
  const wide = to.node("Pad", [apart, to.int64s(gaps), to.scalar(0)]);
  const spread = to.reshape(wide, [batch, outChannels, h * sh, w * sw]);
  const before = [0, 1].map((i) => c.dilations[i]! * (c.filter[i]! - 1) - c.before[i]!);
  const after = [0, 1].map((i) => c.input[i]! + c.before[i]! - c.output[i]! * c.strides[i]!);
  // Negative amounts cut, where `Conv` takes none.
  const fitted = to.node("Pad", [spread, to.int64s([0, 0, ...before, 0, 0, ...after]), to.scalar(0)]);
  const unit = { ...attributes(c), strides: ints([1, 1]), pads: ints([0, 0, 0, 0]) };
  return to.single(to.node("Conv", [to.half(fitted), turned(to, c, filter)], unit));
}

/** The filter turned by 180° with its channels swapped: [in, out/groups, h, w]. */
function turned(to: Lowering, c: Convolution, filter: Value): string {
  return to.derive(filter, "turned", () => {
    const { groups } = c;
    const [h, w] = c.filter;
    const inGroup = c.inChannels / groups;
    const outGroup = c.outChannels / groups;
    let name = to.half(grouped(to, c, filter));
    if (groups === 1) {
      name = to.transpose(name, [2, 3, 0, 1]);
    } else {
      name = to.reshape(name, [h, w, inGroup, groups, outGroup]);
      name = to.reshape(to.transpose(name, [3, 2, 4, 0, 1]), [c.inChannels, outGroup, h, w]);
    }
    if (h * w === 1) return name;
    const backwards = [-1, -1];
    return to.node("Slice", [
      name,
      to.int64s(backwards),
      to.int64s([-h - 1, -w - 1]),
      to.int64s([2, 3]),
      to.int64s(backwards),
    ]);
  });
}

/**
 * Writes the gradient with respect to the filter, [h, w, in/groups, out].
 *
 * For each tap of the filter: the matrix product, over all output positions, of the input that the tap met with `dy`.
 * In half precision these are products of one image each, and their sum is in single.
 */
export function filterGradient(to: Lowering, c: Convolution, x: string, dy: string): string {
  const { batch, groups, inChannels, outChannels } = c;
  const [h, w] = c.filter;
  const positions = c.output[0] * c.output[1];
  const inGroup = inChannels / groups;
  const outGroup = outChannels / groups;
  const lead = groups === 1 ? [batch] : [batch, groups];
  const dyRows = to.reshape(to.half(dy), [...lead, outGroup, positions]);
  const padded = pad(to, c, to.half(x));
  const taps: string[] = [];
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      const rows = to.reshape(tap(to, c, padded, [i, j]), [...lead, inGroup, positions]);
      const perImage = to.single(transposedProduct(to, rows, dyRows, lead.length));
      taps.push(to.node("ReduceSum", [perImage, to.int64s([0])], { keepdims: int(0) }));
    }
  }
  // Each tap is [groups, in/groups, out/groups], or without the first axis for one group.
  if (groups === 1) {
    return to.reshape(taps.length === 1 ? taps[0]! : to.node("Concat", taps, { axis: int(0) }), [
      h,
      w,
      inGroup,
      outGroup,
    ]);
  }
  const all = to.reshape(to.node("Concat", taps, { axis: int(0) }), [h, w, groups, inGroup, outGroup]);
  return to.reshape(to.transpose(all, [0, 1, 3, 2, 4]), [h, w, inGroup, outChannels]);
}

function transposedProduct(to: Lowering, a: string, b: string, lead: number): string {
  if (to.target === "onnxruntime") return to.microsoft("FusedMatMul", [a, b], { transB: int(1) });
  const perm = [...Array.from({ length: lead }, (_, i) => i), lead + 1, lead];
  return to.node("MatMul", [a, to.transpose(b, perm)]);
}

/** Whether the input is sorted by the remainders of its rows and columns before its taps are cut out. */
function isSorted(c: Convolution): boolean {
  return c.strides[0] * c.strides[1] > 1 && c.filter[0] * c.filter[1] > 1;
}

/** Rows and columns of the padded input; of a sorted one, a multiple of the strides. */
function paddedSize(c: Convolution): [number, number] {
  const size = [0, 1].map((k) => c.before[k]! + c.input[k]! + c.after[k]!) as [number, number];
  return isSorted(c) ? [roundUp(size[0], c.strides[0]), roundUp(size[1], c.strides[1])] : size;
}

function roundUp(size: number, multiple: number): number {
  return Math.ceil(size / multiple) * multiple;
}

/**
 * The input with its rows and columns of zeros.
 *
 * At a stride above 1 the taps meet every so manieth element, and cutting these out one by one is slow: the input is
 * sorted once, to [stride, stride, batch, channels, rows, columns], and each tap then meets contiguous runs of it.
 */
function pad(to: Lowering, c: Convolution, x: string): string {
  const size = paddedSize(c);
  const end = [0, 1].map((k) => size[k]! - c.before[k]! - c.input[k]!);
  const isPadded = [...c.before, ...end].some((p) => p !== 0);
  const pads = [0, 0, c.before[0], c.before[1], 0, 0, end[0]!, end[1]!];
  const padded = isPadded ? to.node("Pad", [x, to.int64s(pads)]) : x;
  if (!isSorted(c)) return padded;
  const [sh, sw] = c.strides;
  const split = to.reshape(padded, [c.batch, c.inChannels, size[0] / sh, sh, size[1] / sw, sw]);
  return to.transpose(split, [3, 5, 0, 1, 2, 4]);
}

/** What the filter's tap (i, j) meets at each output position. */
function tap(to: Lowering, c: Convolution, padded: string, at: readonly [number, number]): string {
  const start = [0, 1].map((k) => at[k]! * c.dilations[k]!);
  if (isSorted(c)) {
    const part = [0, 1].map((k) => start[k]! % c.strides[k]!);
    const first = [0, 1].map((k) => Math.floor(start[k]! / c.strides[k]!));
    const starts = [...part, ...first];
    const ends = [...part.map((p) => p + 1), ...first.map((f, k) => f + c.output[k]!)];
    return to.node("Slice", [padded, to.int64s(starts), to.int64s(ends), to.int64s([0, 1, 4, 5])]);
  }
  const size = paddedSize(c);
  const end = [0, 1].map((k) => start[k]! + (c.output[k]! - 1) * c.strides[k]! + 1);
  const isWhole = [0, 1].every((k) => start[k] === 0 && end[k] === size[k] && c.strides[k] === 1);
  if (isWhole) return padded;
  return to.node("Slice", [padded, to.int64s(start), to.int64s(end), to.int64s([2, 3]), to.int64s(c.strides)]);
}

/** Works out a depthwise convolution, whose filter is [h, w, channels, multiplier]: one group a channel. */
export function depthwise(x: readonly number[], filter: readonly number[], attrs: ConvolutionAttrs): Convolution {
  const [h, w, channels, multiplier] = filter as [number, number, number, number];
  return convolution(x, [h, w, 1, channels * multiplier], attrs);
}
