import { int, ints } from "@lookonce/onnx";
import type { FilterGradientForm } from "../graph/filter-gradients.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { Value } from "../graph/value.ts";
import type { Convolution } from "./convolution.ts";
import { type AtHand, chooseForm, correlationOf, type Operands } from "./filter-gradient-form.ts";
import { correlateStripes } from "./filter-gradient-stripes.ts";

/**
 * Writes the gradient with respect to the filter, [h, w, in, out], with operators on channels in blocks, where the runtime
 * has them and they are faster; returns `undefined` elsewhere.
 */
export function blockedFilterGradient(
  to: Lowering,
  c: Convolution,
  operands: Omit<Operands, "block">,
): string | undefined {
  if (to.filterGradients === undefined) return undefined;
  const { block, forms } = to.filterGradients;
  const atHand = (value: Value): AtHand => ({
    isBlocked: to.isBlocked(value),
    isChannelsFirst: to.isChannelsFirst(value),
  });
  const form = chooseForm(c, block, { x: atHand(operands.x), dy: atHand(operands.dy) });
  return form && forms.has(form.kind) ? correlateBlocked(to, c, { ...operands, block }, form) : undefined;
}

/** Writes the gradient in this form, which {@link chooseForm} must allow for the convolution. */
export function correlateBlocked(to: Lowering, c: Convolution, operands: Operands, form: FilterGradientForm): string {
  switch (form.kind) {
    case "planes":
      return correlatePlanes(to, c, operands);
    case "pixels":
      return correlatePixels(to, c, operands, form.filter);
    case "depthwise":
      return correlateDepthwise(to, c, operands);
    case "stripes":
      return correlateStripes(to, c, operands, form);
  }
}

/**
 * For a filter of one tap: a block of neighboring pixels plays the part of a block of channels.
 *
 * The operand in blocks is the filter of a grouped convolution, an image a group, whose kernel is all blocks of pixels; the
 * other operand, channels first, is an image of one row. Neither is copied.
 */
function correlatePixels(to: Lowering, c: Convolution, { x, dy, block }: Operands, filter: "x" | "dy"): string {
  const { batch, inChannels, outChannels } = c;
  const columns = (c.rows.output * c.columns.output) / block;
  const [blocked, plain, filters, channels] =
    filter === "x" ? [x, dy, inChannels, outChannels] : [dy, x, outChannels, inChannels];
  const inputs = [
    to.reshape(to.getChannelsFirst(plain), [1, block * batch, 1, channels * columns]),
    to.reshape(to.getBlocked(blocked), [batch * filters, block, 1, columns]),
  ];
  const kernel = ints([1, columns]);
  const perImage = to.nchwc("Conv", inputs, { kernel_shape: kernel, strides: kernel, group: int(batch) });
  const sum = to.node("ReduceSum", [to.reshape(perImage, [batch, filters * channels]), to.int64s([0])], {
    keepdims: int(0),
  });
  // [filters / block, channels, filters in the block]
  const isLast = filter === "dy";
  const plainSum = to.nchwc("ReorderOutput", [to.reshape(sum, [1, filters, 1, channels])], {
    channels: int(filters),
    channels_last: int(Number(isLast)),
  });
  return to.reshape(plainSum, [1, 1, inChannels, outChannels]);
}

/**
 * For filters of one channel each: all channels of all images are those of one image, each a group whose filter is its channel of
 * `dy`. Operands in blocks are read as they are.
 */
function correlateDepthwise(to: Lowering, c: Convolution, { x, dy, block }: Operands): string {
  const { batch, inChannels } = c;
  const [rows, columns] = [correlationOf(c.rows, false), correlationOf(c.columns, false)];
  const channels = batch * inChannels;
  const inputs = [
    to.reshape(to.getBlocked(x), [1, channels, rows.image, columns.image]),
    to.reshape(to.getBlocked(dy), [channels, 1, rows.filter, columns.filter]),
  ];
  const perImage = to.nchwc("Conv", inputs, {
    kernel_shape: ints([rows.filter, columns.filter]),
    dilations: ints([rows.stride, columns.stride]),
    pads: ints([rows.before, columns.before, rows.after, columns.after]),
    group: int(channels),
  });
  const blocks = to.reshape(perImage, [batch, inChannels / block, rows.taps, columns.taps, block]);
  const sum = batch === 1 ? blocks : to.node("ReduceSum", [blocks, to.int64s([0])], { keepdims: int(0) });
  const parts = to.reshape(sum, [inChannels / block, rows.taps, columns.taps, block]);
  return to.reshape(to.transpose(parts, [1, 2, 0, 3]), [rows.taps, columns.taps, 1, inChannels]);
}

/**
 * For an input of fewer channels than a block has: `dy`, an image at a time, is the filter of a convolution of one input
 * channel, and the channels of `x` are its batch.
 */
function correlatePlanes(to: Lowering, c: Convolution, { x, dy, block }: Operands): string {
  const { batch, inChannels, outChannels } = c;
  const rows = correlationOf(c.rows, false);
  const columns = correlationOf(c.columns, false);
  const zeros = (width: number): string[] =>
    width === 0
      ? []
      : [to.constant("float32", new Float32Array(inChannels * rows.image * width), [inChannels, rows.image, width])];
  const [before, after] = [zeros(columns.before), zeros(columns.after)];
  const [sum = ""] = to.scan(
    { totals: [[inChannels, outChannels, rows.taps, columns.taps]] },
    [
      { name: to.getChannelsFirst(x), shape: [batch, inChannels, rows.image, columns.image] },
      {
        name: to.reshape(to.getBlocked(dy), [batch, outChannels, 1, rows.filter, columns.filter]),
        shape: [batch, outChannels, 1, rows.filter, columns.filter],
      },
    ],
    ([total = ""], [image = "", filter = ""]) => {
      const parts = [...before, image, ...after];
      const padded = parts.length > 1 ? to.node("Concat", parts, { axis: int(2) }) : image;
      const width = columns.before + columns.image + columns.after;
      const planes = to.reshape(padded, [inChannels, 1, rows.image, width]);
      return [
        to.nchwc("Conv", [planes, filter, "", total], {
          kernel_shape: ints([rows.filter, columns.filter]),
          dilations: ints([rows.stride, columns.stride]),
          pads: ints([rows.before, 0, rows.after, 0]),
        }),
      ];
    },
  );
  const parts = to.reshape(sum, [inChannels, outChannels / block, rows.taps, columns.taps, block]);
  return to.reshape(to.transpose(parts, [2, 3, 0, 1, 4]), [rows.taps, columns.taps, inChannels, outChannels]);
}
