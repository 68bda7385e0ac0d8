import { int32, type KernelCall } from "./kernel-call.ts";

type Sides = readonly (readonly [number, number])[];

/** Attributes of tfjs's convolution kernels. */
interface ConvolutionAttrs {
  strides: number | readonly [number, number];
  pad: "same" | "valid" | number | Sides;
  dilations?: number | readonly [number, number];
}

type Attributes = Parameters<KernelCall["write"]>[2];

/**
 * `Conv2D`, also in groups: filter [kh, kw, in / groups, out]. TensorFlow computes groups of one channel by another
 * operation; others become convolutions of parts of the map.
 */
export function lowerConvolution(call: KernelCall<ConvolutionAttrs>): string {
  const [x, filter] = call.inputs as [string, string];
  const channels = call.inputShape(0)[3] as number;
  const [kh, kw, perGroup, out] = call.inputShape(1) as [number, number, number, number];
  const groups = channels / perGroup;
  const attributes = convolutionAttributes(call);
  if (groups === 1) return call.write("Conv2D", [x, filter], attributes);
  if (perGroup === 1) {
    const shape = call.integers("filter_shape", [kh, kw, channels, out / channels]);
    const depthwise = call.write("Reshape", [filter, shape], { Tshape: int32 }, "filter");
    return call.write("DepthwiseConv2dNative", [x, depthwise], attributes);
  }
  const split = (part: string, value: string): string =>
    call.write("Split", [call.integers(`${part}/axis`, 3), value], { num_split: { i: groups } }, part);
  const [maps, filters] = [split("maps", x), split("filters", filter)];
  const output = (name: string, i: number): string => (i === 0 ? name : `${name}:${i}`);
  const parts = Array.from({ length: groups }, (_, i) =>
    call.write("Conv2D", [output(maps, i), output(filters, i)], attributes, `group_${i}`),
  );
  return call.write("ConcatV2", [...parts, call.integers("axis", 3)], { Tidx: int32, N: { i: groups } });
}

/** `DepthwiseConv2dNative`: filter [kh, kw, in, multiplier]. */
export function lowerDepthwise(call: KernelCall<ConvolutionAttrs>): string {
  return call.write("DepthwiseConv2dNative", call.inputs, convolutionAttributes(call));
}

/**
 * `Conv2DBackpropInput` whose filter [kh, kw, out, in] is as wide as its stride: a convolution 1×1 to all cells of a block, which
 * are then laid beside each other. TensorFlow's own operation has the number of images among its inputs.
 */
export function lowerTransposed(call: KernelCall<ConvolutionAttrs>): string {
  const [x, filter] = call.inputs as [string, string];
  const [kh, kw, out, input] = call.inputShape(1) as [number, number, number, number];
  const [sh, sw] = pairOf(call.attrs.strides);
  const isBlock = kh === sh && kw === sw && kh === kw;
  if (!isBlock || call.shape[1] !== (call.inputShape(0)[1] as number) * sh) throw call.fault("overlaps or has borders");
  const inFirst = call.write("Transpose", [filter, call.integers("perm", [3, 0, 1, 2])], { Tperm: int32 }, "in_first");
  const shape = call.integers("filter_shape", [1, 1, input, kh * kw * out]);
  const filters = call.write("Reshape", [inFirst, shape], { Tshape: int32 }, "filter");
  const attributes = { strides: { ints: [1, 1, 1, 1] }, dilations: { ints: [1, 1, 1, 1] } };
  const format = { data_format: { s: "NHWC" } };
  const blocks = call.write("Conv2D", [x, filters], { ...attributes, ...format, padding: { s: "VALID" } }, "blocks");
  return call.write("DepthToSpace", [blocks], { block_size: { i: kh }, ...format });
}

function convolutionAttributes(call: KernelCall<ConvolutionAttrs>): Attributes {
  const { strides, pad, dilations = 1 } = call.attrs;
  const [kh, kw] = call.inputShape(1) as [number, number];
  const [dh, dw] = pairOf(dilations);
  const [sh, sw] = pairOf(strides);
  return {
    strides: { ints: [1, sh, sw, 1] },
    dilations: { ints: [1, dh, dw, 1] },
    data_format: { s: "NHWC" },
    ...paddingAttributes(pad, { reach: [(kh - 1) * dh, (kw - 1) * dw], isDense: sh === 1 && sw === 1 }),
  };
}

/** Borders by TensorFlow's word where it means the same, since programs that run graphs know words best. */
function paddingAttributes(
  pad: ConvolutionAttrs["pad"],
  { reach, isDense }: { reach: readonly [number, number]; isDense: boolean },
): Attributes {
  if (typeof pad === "string") return { padding: { s: pad.toUpperCase() } };
  const sides = (axis: 1 | 2): Sides[number] => (typeof pad === "number" ? [pad, pad] : (pad[axis] ?? [0, 0]));
  const [vertical, horizontal] = [sides(1), sides(2)];
  if ([...vertical, ...horizontal].every((side) => side === 0)) return { padding: { s: "VALID" } };
  const isSame = [vertical, horizontal].every(
    ([before, after], axis) => before === after && before * 2 === reach[axis as 0 | 1],
  );
  if (isDense && isSame) return { padding: { s: "SAME" } };
  return { padding: { s: "EXPLICIT" }, explicit_paddings: { ints: [0, 0, ...vertical, ...horizontal, 0, 0] } };
}

/** Height and width of an attribute that may be one number for both. */
export function pairOf(value: number | readonly [number, number]): readonly [number, number] {
  return typeof value === "number" ? [value, value] : value;
}
