import { float, type GraphBuilder, indices } from "./graph-builder.ts";
import type { KernelCall } from "./kernel-call.ts";

type Sides = readonly (readonly [number, number])[];

/** Attributes of tfjs's convolution kernels. */
interface ConvolutionAttrs {
  strides: number | readonly [number, number];
  pad: "same" | "valid" | number | Sides;
  dilations?: number | readonly [number, number];
}

/**
 * `Conv2D`, also in groups: filter [kh, kw, in / groups, out]. TensorFlow computes groups of one channel by another
 * operation; others become convolutions of parts of the map.
 */
export function lowerConvolution(call: KernelCall<ConvolutionAttrs>, to: GraphBuilder): string {
  const [x, filter] = call.inputs as [string, string];
  const channels = call.inputShape(0)[3] as number;
  const [kh, kw, perGroup, out] = call.inputShape(1) as [number, number, number, number];
  const groups = channels / perGroup;
  const attributes = convolutionAttributes(call.attrs, call);
  if (groups === 1) return to.node(call.name, "Conv2D", { inputs: [x, filter], attributes });
  if (perGroup === 1) {
    const shape = to.integers(`${call.name}/filter_shape`, [kh, kw, channels, out / channels]);
    const depthwise = to.node(`${call.name}/filter`, "Reshape", {
      inputs: [filter, shape],
      attributes: { ...float, ...indices("Tshape") },
    });
    return to.node(call.name, "DepthwiseConv2dNative", { inputs: [x, depthwise], attributes });
  }
  const split = (name: string, value: string): void => {
    const inputs = [to.integers(`${name}/axis`, 3), value];
    to.node(name, "Split", { inputs, attributes: { ...float, num_split: { i: groups } } });
  };
  const [maps, filters] = [`${call.name}/maps`, `${call.name}/filters`];
  split(maps, x);
  split(filters, filter);
  const parts = Array.from({ length: groups }, (_, i) =>
    to.node(`${call.name}/group_${i}`, "Conv2D", { inputs: [part(maps, i), part(filters, i)], attributes }),
  );
  return to.node(call.name, "ConcatV2", {
    inputs: [...parts, to.integers(`${call.name}/axis`, 3)],
    attributes: { ...float, ...indices("Tidx"), N: { i: groups } },
  });
}

/** `DepthwiseConv2dNative`: filter [kh, kw, in, multiplier]. */
export function lowerDepthwise(call: KernelCall<ConvolutionAttrs>, to: GraphBuilder): string {
  return to.node(call.name, "DepthwiseConv2dNative", {
    inputs: call.inputs,
    attributes: convolutionAttributes(call.attrs, call),
  });
}

function convolutionAttributes(
  { strides, pad, dilations = 1 }: ConvolutionAttrs,
  call: KernelCall,
): KernelCall["node"]["attributes"] {
  const [kh, kw] = call.inputShape(1) as [number, number];
  const [dh, dw] = pairOf(dilations);
  const [sh, sw] = pairOf(strides);
  const reach = [(kh - 1) * dh, (kw - 1) * dw] as const;
  return {
    ...float,
    strides: { ints: [1, sh, sw, 1] },
    dilations: { ints: [1, dh, dw, 1] },
    data_format: { s: "NHWC" },
    ...paddingAttributes(pad, { reach, isDense: sh === 1 && sw === 1 }),
  };
}

/** Borders by TensorFlow's word where it means the same, since programs that run graphs know words best. */
function paddingAttributes(
  pad: ConvolutionAttrs["pad"],
  { reach, isDense }: { reach: readonly [number, number]; isDense: boolean },
): KernelCall["node"]["attributes"] {
  if (typeof pad === "string") return { padding: { s: pad.toUpperCase() } };
  const sides: Sides =
    typeof pad === "number"
      ? [
          [0, 0],
          [pad, pad],
          [pad, pad],
          [0, 0],
        ]
      : pad;
  const [, vertical = [0, 0], horizontal = [0, 0]] = sides;
  if (sides.flat().every((side) => side === 0)) return { padding: { s: "VALID" } };
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

function part(name: string, index: number): string {
  return index === 0 ? name : `${name}:${index}`;
}
