import { type Attribute, int, ints } from "@lookonce/onnx";
import { backend_util, type Conv2DAttrs } from "@tensorflow/tfjs-core";
import type { Lowering } from "../graph/lowering.ts";
import { type Shape4, shape4, type Value } from "../graph/value.ts";

/** Attributes that tfjs's convolution kernels have in common; the gradients of this backend accept `dilations` too. */
export interface ConvolutionAttrs extends Pick<Conv2DAttrs, "strides" | "pad" | "dimRoundingMode"> {
  dataFormat?: "NHWC" | "NCHW";
  dilations?: [number, number] | number;
}

/** A convolution along rows or along columns. */
export interface ConvolutionAxis {
  readonly input: number;
  readonly output: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the first element and after the last. */
  readonly before: number;
  readonly after: number;
}

/** A convolution's sizes. */
export interface Convolution {
  readonly rows: ConvolutionAxis;
  readonly columns: ConvolutionAxis;
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
}

/** Works out the sizes of a convolution from the shapes of input and filter: {@link convolution} or {@link depthwise}. */
export type Describe = (
  x: { shape: Shape4 },
  filter: { shape: readonly number[] },
  attrs: ConvolutionAttrs,
) => Convolution;

/**
 * Works out a convolution.
 *
 * @param x NHWC, whatever the data format
 * @param filter [h, w, in / groups, out]: its third dimension determines the number of groups
 */
export function convolution(
  { shape: x }: { shape: Shape4 },
  filter: { shape: readonly number[] },
  attrs: ConvolutionAttrs,
): Convolution {
  const [fh, fw, perGroup, outChannels] = shape4(filter);
  const [batch, , , inChannels] = x;
  const { padInfo: pad, ...info } = backend_util.computeConv2DInfo(
    [...x],
    [fh, fw, inChannels, outChannels],
    attrs.strides,
    attrs.dilations ?? 1,
    channelsLastPad(attrs),
    attrs.dimRoundingMode,
  );
  return {
    rows: {
      input: info.inHeight,
      output: info.outHeight,
      filter: fh,
      stride: info.strideHeight,
      dilation: info.dilationHeight,
      before: pad.top,
      after: pad.bottom,
    },
    columns: {
      input: info.inWidth,
      output: info.outWidth,
      filter: fw,
      stride: info.strideWidth,
      dilation: info.dilationWidth,
      before: pad.left,
      after: pad.right,
    },
    batch,
    inChannels,
    outChannels,
    groups: inChannels / perGroup,
  };
}

/** Works out a depthwise convolution, whose filter is [h, w, channels, multiplier]: one group a channel. */
export function depthwise(
  x: { shape: Shape4 },
  filter: { shape: readonly number[] },
  attrs: ConvolutionAttrs,
): Convolution {
  const [h, w, channels, multiplier] = shape4(filter);
  return convolution(x, { shape: [h, w, 1, channels * multiplier] }, attrs);
}

/** Explicit padding names its axes in the order of the data format. */
function channelsLastPad({ pad, dataFormat }: ConvolutionAttrs): ConvolutionAttrs["pad"] {
  return dataFormat === "NCHW" && Array.isArray(pad) ? [pad[0], pad[2], pad[3], pad[1]] : pad;
}

/** A number for the rows and one for the columns. */
export function perAxis(c: Convolution, value: (axis: ConvolutionAxis) => number): [number, number] {
  return [value(c.rows), value(c.columns)];
}

/** ONNX's attributes of the convolution. */
export function convolutionAttributes(c: Convolution): Record<string, Attribute> {
  return {
    strides: ints(perAxis(c, ({ stride }) => stride)),
    dilations: ints(perAxis(c, ({ dilation }) => dilation)),
    group: int(c.groups),
    kernel_shape: ints(perAxis(c, ({ filter }) => filter)),
  };
}

/** The filter as [h, w, in/groups, out]; a depthwise one, [h, w, channels, multiplier], is reshaped. */
export function groupedFilter(to: Lowering, c: Convolution, filter: Value): string {
  const shape = [...perAxis(c, (axis) => axis.filter), c.inChannels / c.groups, c.outChannels];
  if (filter.shape.every((dim, i) => dim === shape[i])) return to.get(filter);
  return to.derive(filter, "grouped", () => to.reshape(to.get(filter), shape));
}

/** The filter in ONNX's layout, [out, in/groups, h, w]. */
export function outFirstFilter(to: Lowering, c: Convolution, filter: Value): string {
  return to.derive(filter, "OIHW", () => to.transpose(to.half(groupedFilter(to, c, filter)), [3, 2, 0, 1]));
}

/** Where tensors of rank 4 have their channels. tfjs's default is last. */
export type DataFormat = "NHWC" | "NCHW" | undefined;

/** A tensor's shape in either format as [n, h, w, c]. */
export function channelsLast(tensor: { shape: readonly number[] }, format: DataFormat): { shape: Shape4 } {
  const [n, a, b, c] = shape4(tensor);
  return { shape: format === "NCHW" ? [n, b, c, a] : [n, a, b, c] };
}

/** The shape [n, h, w, c] in the format. */
export function shapeIn([n, h, w, c]: Shape4, format: DataFormat): number[] {
  return format === "NCHW" ? [n, c, h, w] : [n, h, w, c];
}

/** The name of a value in the layout of ONNX's convolutions. */
export function channelsFirstName(to: Lowering, value: Value, format: DataFormat): string {
  return format === "NCHW" ? to.get(value) : to.getChannelsFirst(value);
}

/** Sets a channels-first result as the output. */
export function setFromChannelsFirst(to: Lowering, output: Value, name: string, format: DataFormat): void {
  if (format === "NCHW") to.set(output, name);
  else to.setChannelsFirst(output, name);
}
