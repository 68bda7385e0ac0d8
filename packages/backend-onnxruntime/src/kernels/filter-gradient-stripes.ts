import { int, ints } from "@lookonce/onnx";
import type { Stripes } from "../graph/filter-gradients.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { Convolution } from "./convolution.ts";
import { type Correlation, correlationOf, type Operands } from "./filter-gradient-form.ts";

/** One of the two operands of a correlation: its name in blocks, its channels, rows and columns. */
interface Operand {
  readonly name: string;
  readonly channels: number;
  readonly rows: number;
  readonly columns: number;
}

/** What {@link imageIndex} reads of a correlation. */
interface Sizes {
  readonly block: number;
  readonly rows: Correlation;
  readonly columns: Correlation;
  readonly image: Operand;
}

/**
 * Writes the gradient with respect to the filter, [h, w, in, out]: one convolution is the whole correlation.
 *
 * A blocked convolution whose input has fewer channels than a block reads them unblocked. So the blocks of one operand, as
 * they lie, are its filter (the kernel is a whole image), and the blocks of the other are images of one channel, `lanes`
 * columns for each of theirs. The output has a row for each row of taps and `lanes` columns for each column of taps. Images
 * come one after the other, and their sum goes through the convolution.
 */
export function correlateStripes(to: Lowering, c: Convolution, { x, dy, block }: Operands, form: Stripes): string {
  const { images, slices, lanes, swap } = form;
  const rows = correlationOf(c.rows, swap);
  const columns = correlationOf(c.columns, swap);
  const [a, b] = swap ? [dy, x] : [x, dy];
  const [imageChannels, filterChannels] = swap ? [c.outChannels, c.inChannels] : [c.inChannels, c.outChannels];
  const image = { name: to.getBlocked(a), channels: imageChannels, rows: rows.image, columns: columns.image };
  const filter = { name: to.getBlocked(b), channels: filterChannels, rows: rows.filter, columns: columns.filter };
  const sizes: Sizes = { block, rows, columns, image };
  const place = imageIndex(to, sizes, form);
  const batch = image.channels / lanes;
  const kernel = [rows.filter / slices, columns.filter];
  const filterShape = [filter.channels, images * slices, ...kernel];
  // Reshaped once, not image by image.
  const filterBlocks = [images * (filter.channels / block), rows.filter * columns.filter * block];
  const isReordered = images > 1;
  const order = isReordered ? indices(to, blocksByImage(images, filter.channels / block)) : "";
  const sequence = (name: string, shape: readonly number[]): { name: string; shape: number[] } => {
    const steps = [c.batch / images, ...shape];
    return { name: to.reshape(name, steps), shape: steps };
  };
  const [sum = ""] = to.scan(
    { totals: [[batch, filter.channels, rows.taps, columns.taps * lanes]] },
    [
      sequence(image.name, [images, image.channels, image.rows, image.columns]),
      sequence(filter.name, isReordered ? filterBlocks : filterShape),
    ],
    ([total = ""], [imageSlice = "", filterSlice = ""]) => {
      const imageShape = [batch, images * slices, imageRows(rows, slices), paddedWidth(columns) * lanes];
      const inputs = [
        to.reshape(place(imageSlice), imageShape),
        isReordered ? to.reshape(to.node("Gather", [filterSlice, order], { axis: int(0) }), filterShape) : filterSlice,
      ];
      return [
        to.nchwc("Conv", [...inputs, "", total], {
          kernel_shape: ints(kernel),
          dilations: ints([rows.stride, columns.stride * lanes]),
          pads: ints(slices > 1 ? [0, 0, 0, 0] : [rows.before, 0, rows.after, 0]),
        }),
      ];
    },
  );
  return naturalFilter(to, sum, { block, lanes, swap, image, filter, taps: [rows.taps, columns.taps] });
}

/** Columns of the image with its columns of zeros. */
function paddedWidth({ before, image, after }: Correlation): number {
  return before + image + after;
}

/** Rows of the image that a stripe of the filter's rows meets. */
function imageRows({ filter, stride, taps, image }: Correlation, slices: number): number {
  return slices > 1 ? stride * (filter / slices - 1) + taps : image;
}

/** Returns what writes the image of a step as the convolution reads it: columns of zeros at either side, in the form's order. */
function imageIndex(to: Lowering, sizes: Sizes, { images, slices, lanes }: Stripes): (image: string) => string {
  const { block, rows, columns, image } = sizes;
  const isCut = slices > 1;
  const pads = [isCut ? rows.before : 0, columns.before, isCut ? rows.after : 0, columns.after];
  const height = image.rows + (isCut ? rows.before + rows.after : 0);
  const width = paddedWidth(columns);
  const ones = to.constant("float32", new Float32Array(image.channels).fill(1), [image.channels, 1, 1, 1]);
  const pad = (name: string): string =>
    // Zeros in the convolution's own columns would be its slow path.
    pads.every((amount) => amount === 0)
      ? name
      : to.nchwc("Conv", [name, ones], { kernel_shape: ints([1, 1]), group: int(image.channels), pads: ints(pads) });
  if (images === 1 && !isCut && lanes === block) return pad;

  const blocks = image.channels / block;
  const parts = block / lanes;
  const [piece, index] = !isCut && parts === 1 ? [height * width * block, blocksByImage(images, blocks)] : byRows();
  const order = indices(to, index);
  return (name) => to.node("Gather", [to.reshape(pad(name), [-1, piece]), order], { axis: int(0) });

  /** By block, part of it, image and stripe: the rows of the stripe, or the parts of their columns. */
  function byRows(): [number, number[]] {
    const wanted = imageRows(rows, slices);
    const step = (rows.filter / slices) * rows.stride;
    const found: number[] = [];
    for (let b = 0; b < blocks; b++)
      for (let part = 0; part < parts; part++)
        for (let i = 0; i < images; i++)
          for (let s = 0; s < slices; s++)
            for (let r = 0; r < (isCut ? wanted : height); r++) {
              const row = (i * blocks + b) * height + s * step + r;
              if (parts === 1) found.push(row);
              else for (let x = 0; x < width; x++) found.push((row * width + x) * parts + part);
            }
    return [parts === 1 ? width * block : lanes, found];
  }
}

/** The order of blocks [images, blocks] as [blocks, images]. */
function blocksByImage(images: number, blocks: number): number[] {
  return Array.from({ length: images * blocks }, (_, i) => (i % images) * blocks + Math.floor(i / images));
}

function indices(to: Lowering, index: readonly number[]): string {
  return to.constant("int32", Int32Array.from(index));
}

/** What {@link naturalFilter} reads of a form. */
interface FilterOrder {
  readonly block: number;
  readonly lanes: number;
  readonly swap: boolean;
  readonly image: Pick<Operand, "channels">;
  readonly filter: Pick<Operand, "channels">;
  readonly taps: readonly [number, number];
}

/** The filter [h, w, in, out] out of [image channels / lanes, filter channels / block, h, w, lanes, block]. */
export function naturalFilter(to: Lowering, sum: string, order: FilterOrder): string {
  const { block, lanes, swap, image, filter, taps } = order;
  const [h, w] = taps;
  const [inChannels, outChannels] = swap ? [filter.channels, image.channels] : [image.channels, filter.channels];
  const blocks = outChannels / block;
  const index = new Int32Array(h * w * inChannels * blocks);
  let at = 0;
  // Pieces of a block of output channels: as they are, or by a reordering that leaves the image's lanes last.
  for (let i = 0; i < h; i++)
    for (let j = 0; j < w; j++)
      for (let c = 0; c < inChannels; c++)
        for (let o = 0; o < blocks; o++)
          index[at++] = swap
            ? ((o * inChannels + c) * h + (h - 1 - i)) * w + (w - 1 - j)
            : (((Math.floor(c / lanes) * blocks + o) * h + i) * w + j) * lanes + (c % lanes);
  const last = swap ? to.nchwc("ReorderOutput", [sum], { channels: int(filter.channels), channels_last: int(0) }) : sum;
  const pieces = to.reshape(last, [index.length, block]);
  const gathered = to.node("Gather", [pieces, to.constant("int32", index)], { axis: int(0) });
  return to.reshape(gathered, [h, w, inChannels, outChannels]);
}
