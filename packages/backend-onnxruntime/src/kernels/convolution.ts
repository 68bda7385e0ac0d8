import { type Attribute, int, ints } from "@lookonce/onnx";
import { backend_util, type Conv2DAttrs } from "@tensorflow/tfjs-core";
import type { Layout, Lowering } from "../graph/lowering.ts";
import { shape4, type Value } from "../graph/value.ts";

/** Attributes that tfjs's convolution kernels have in common; the gradients of this backend accept `dilations` too. */
export interface ConvolutionAttrs extends Pick<Conv2DAttrs, "strides" | "pad" | "dimRoundingMode"> {
  dataFormat?: "NHWC" | "NCHW";
  dilations?: [number, number] | number;
}

/** A convolution or a pooling along rows or along columns. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before the first element and after the last. */
  readonly before: number;
  readonly after: number;
}

export interface Windows {
  readonly rows: WindowAxis;
  readonly columns: WindowAxis;
}

/** A convolution's sizes. */
export interface Convolution extends Windows {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  /** In the data format. */
  readonly outShape: number[];
}

/** Works out the sizes of a convolution from the shapes of input and filter: {@link convolution} or {@link depthwise}. */
export type Describe = (x: readonly number[], filter: readonly number[], attrs: ConvolutionAttrs) => Convolution;

/** A convolution with a filter [h, w, in / groups, out]: its third dimension determines the number of groups. */
export const convolution: Describe = (x, filter, attrs) => {
  const { strides, pad, dimRoundingMode } = attrs;
  const order = attrs.dataFormat === "NCHW" ? "channelsFirst" : "channelsLast";
  // tfjs passes on `null` where its caller has no dilations.
  const dilations = attrs.dilations ?? 1;
  const [shape, window] = [shape4({ shape: x }), shape4({ shape: filter })];
  const info = backend_util.computeConv2DInfo(shape, window, strides, dilations, pad, dimRoundingMode, false, order);
  const { batchSize: batch, inChannels, outChannels, outShape } = info;
  return { ...windowsOf(info), batch, inChannels, outChannels, groups: inChannels / window[2], outShape };
};

/** A depthwise convolution, whose filter is [h, w, channels, multiplier]: one group a channel. */
export const depthwise: Describe = (x, filter, attrs) => {
  const [h, w, channels, multiplier] = shape4({ shape: filter });
  return convolution(x, [h, w, 1, channels * multiplier], attrs);
};

export function windowsOf({ padInfo: pad, ...info }: backend_util.Conv2DInfo): Windows {
  return {
    rows: {
      input: info.inHeight,
      output: info.outHeight,
      filter: info.filterHeight,
      stride: info.strideHeight,
      dilation: info.dilationHeight,
      before: pad.top,
      after: pad.bottom,
    },
    columns: {
      input: info.inWidth,
      output: info.outWidth,
      filter: info.filterWidth,
      stride: info.strideWidth,
      dilation: info.dilationWidth,
      before: pad.left,
      after: pad.right,
    },
  };
}

/** A number for the rows and one for the columns. */
export function perAxis({ rows, columns }: Windows, value: (axis: WindowAxis) => number): [number, number] {
  return [value(rows), value(columns)];
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

/** ONNX's padding of the convolution. */
export function padsOf(c: Windows): Attribute {
  return ints([...perAxis(c, ({ before }) => before), ...perAxis(c, ({ after }) => after)]);
}

/** At stride 1: the windows over a gradient that the input's elements lie in; none where padding is too large. */
export function unitStrideBack<T extends Windows>(c: T): T | undefined {
  const back = (axis: WindowAxis): WindowAxis => ({
    ...axis,
    input: axis.output,
    output: axis.input,
    before: spanOf(axis) - axis.before,
    after: axis.input - axis.output + axis.before,
  });
  const [rows, columns] = [back(c.rows), back(c.columns)];
  const axes = [rows, columns];
  if (axes.some(({ stride, before, after }) => stride !== 1 || before < 0 || after < 0)) return undefined;
  return { ...c, rows, columns };
}

/** How far a dilated filter reaches beyond its first element. */
export function spanOf({ dilation, filter }: WindowAxis): number {
  return dilation * (filter - 1);
}

/** The attributes with which a transposed convolution has the shape of the windows' input. */
export function transposedPads(c: Windows): { pads: Attribute; output_padding: Attribute } {
  const rest = perAxis(c, (axis) => axis.input + axis.before - (axis.output - 1) * axis.stride - spanOf(axis) - 1);
  return {
    pads: ints([...perAxis(c, ({ before }) => before), ...rest.map((r) => Math.max(0, -r))]),
    output_padding: ints(rest.map((r) => Math.max(0, r))),
  };
}

/** The filter as [h, w, in/groups, out]; a depthwise one, [h, w, channels, multiplier], is reshaped. */
export function groupedFilter(to: Lowering, c: Convolution, filter: Value): string {
  const shape = [...perAxis(c, (axis) => axis.filter), c.inChannels / c.groups, c.outChannels];
  if (filter.shape.every((dim, i) => dim === shape[i])) return to.get(filter);
  return to.reshape(to.get(filter), shape);
}

/** The filter in ONNX's layout, [out, in/groups, h, w]. */
export function outFirstFilter(to: Lowering, c: Convolution, filter: Value): string {
  return to.derive(filter, "OIHW", () => to.transpose(to.half(groupedFilter(to, c, filter)), [3, 2, 0, 1]));
}

/** The layout in which tensors of a data format have their channels first. tfjs's default is last. */
export function formatLayout(to: Lowering, { dataFormat }: ConvolutionAttrs): Layout {
  return dataFormat === "NCHW" ? to : to.channelsFirst;
}
