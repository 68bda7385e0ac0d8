import { ints, str } from "@lookonce/onnx";
import type { backend_util } from "@tensorflow/tfjs-core";
import type { Kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { shape4, sizeOf } from "../graph/value.ts";
import { padded, pooling } from "./pooling.ts";

/** Adds each window's gradient to its largest element, the first of several in reading order. */
export const maxPoolGrad: Kernel<"MaxPoolGrad"> = {
  inputs: ["dy", "input", "output"],
  infer: ({ input }) => ({ shape: input.shape, dtype: "float32" }),
  lower(to, { inputs: { dy, input }, attrs, output }) {
    const info = pooling(input, attrs);
    if (to.target === "webgpu") {
      const names = { x: to.getChannelsFirst(input), dy: to.getChannelsFirst(dy) };
      to.setChannelsFirst(output, withoutPositions(to, info, names));
      return;
    }
    const { top, left, bottom, right } = info.padInfo;
    const fill = Number.NEGATIVE_INFINITY;
    const { x, attributes, isPadded } = padded(to, to.getChannelsFirst(input), { info, fill });
    // ONNX's pooling returns the position of each maximum, counted through the whole channels-first tensor.
    const [, positions] = to.pair("MaxPool", [x], attributes);
    const [n, h, w, c] = shape4(input);
    const full = isPadded ? [n, c, top + h + bottom, left + w + right] : [n, c, h, w];
    const zeros = to.node("Expand", [to.scalar(0), to.int64s([sizeOf(full)])]);
    const size = [sizeOf(dy.shape)];
    const gradient = to.reshape(to.getChannelsFirst(dy), size);
    const sums = to.node("ScatterElements", [zeros, to.reshape(positions, size), gradient], { reduction: str("add") });
    let result = to.reshape(sums, full);
    if (isPadded) {
      result = to.node("Slice", [result, to.int64s([top, left]), to.int64s([top + h, left + w]), to.int64s([2, 3])]);
    }
    to.setChannelsFirst(output, result);
  },
};

/** Below every value of a map; shaders have no infinity. */
const lowest = -3.4028234663852886e38;

/** Windows along one axis. */
interface Windows {
  /** 2 for rows, 3 for columns, of a channels-first tensor. */
  axis: 2 | 3;
  size: number;
  stride: number;
  /** Elements before the first and after the last. */
  before: number;
  after: number;
  /** Elements along the axis, without those. */
  length: number;
  count: number;
}

/**
 * The gradient without ONNX's positions of maxima, which the WebGPU provider does not have (1.30: "The Indices output is
 * not supported yet").
 *
 * A window's maximum is the largest of its rows' maxima: first the gradient goes to the first row that has it, then to the
 * first element of that row.
 */
function withoutPositions(to: Lowering, info: backend_util.Conv2DInfo, { x, dy }: { x: string; dy: string }): string {
  const { top, bottom, left, right } = info.padInfo;
  const columns: Windows = {
    axis: 3,
    size: info.filterWidth,
    stride: info.strideWidth,
    before: left,
    after: right,
    length: info.inWidth,
    count: info.outWidth,
  };
  const rows: Windows = {
    axis: 2,
    size: info.filterHeight,
    stride: info.strideHeight,
    before: top,
    after: bottom,
    length: info.inHeight,
    count: info.outHeight,
  };
  const padded = pad(to, x, columns);
  const rowMaxima = largest(to, padded, columns);
  const paddedMaxima = pad(to, rowMaxima, rows);
  const maxima = largest(to, paddedMaxima, rows);
  const [n, c] = [info.batchSize, info.inChannels];
  const dRows = scatter(to, { x: paddedMaxima, maxima, dy }, { windows: rows, shape: [n, c, -1, info.outWidth] });
  return scatter(
    to,
    { x: padded, maxima: rowMaxima, dy: dRows },
    { windows: columns, shape: [n, c, info.inHeight, -1] },
  );
}

function pad(to: Lowering, x: string, { axis, before, after }: Windows): string {
  if (before + after === 0) return x;
  const amounts = axis === 2 ? [0, 0, before, 0, 0, 0, after, 0] : [0, 0, 0, before, 0, 0, 0, after];
  return to.node("Pad", [x, to.int64s(amounts), to.scalar(lowest)]);
}

function largest(to: Lowering, padded: string, { axis, size, stride }: Windows): string {
  const along = (value: number): readonly number[] => (axis === 2 ? [value, 1] : [1, value]);
  return to.node("MaxPool", [padded], { kernel_shape: ints(along(size)), strides: ints(along(stride)) });
}

type Shape = [number, number, number, number];

/** The gradient with respect to the unpadded `x`, given the gradient `dy` of its windows' `maxima`. */
function scatter(
  to: Lowering,
  { x, maxima, dy }: { x: string; maxima: string; dy: string },
  { windows, shape }: { windows: Windows; shape: Shape },
): string {
  const { axis, size, stride, before, after, length, count } = windows;
  const full = before + length + after;
  const at = (value: number): string => to.int64s([value]);
  // What remains of each window's gradient: all of it, until its maximum is met.
  let left = dy;
  let sum: string | undefined;
  for (let tap = 0; tap < size; tap++) {
    const last = tap + (count - 1) * stride + 1;
    const values = to.node("Slice", [x, at(tap), at(last), at(axis), at(stride)]);
    const isMaximum = to.cast(to.node("Equal", [values, maxima]), "float32");
    const part = to.node("Mul", [left, isMaximum]);
    left = to.node("Sub", [left, part]);
    const placed = place(to, part, { windows, shape, tap, full });
    sum = sum === undefined ? placed : to.node("Add", [sum, placed]);
  }
  return to.node("Slice", [sum ?? x, at(before), at(before + length), at(axis)]);
}

/** Sets the n-th value at `tap + n · stride` of an axis of `full` elements, zeros elsewhere. */
function place(
  to: Lowering,
  part: string,
  { windows, shape, tap, full }: { windows: Windows; shape: Shape; tap: number; full: number },
): string {
  const { axis, stride, count } = windows;
  let spread = part;
  let width = count;
  if (stride > 1) {
    const [n, c, height, columns] = shape;
    const [h, w] = axis === 2 ? [count, columns] : [height, count];
    const apart = axis === 2 ? [n, c, h, 1, w] : [n, c, h, w, 1];
    const amounts = axis === 2 ? [0, 0, 0, stride - 1, 0] : [0, 0, 0, 0, stride - 1];
    const wide = to.node("Pad", [to.reshape(part, apart), to.int64s([0, 0, 0, 0, 0, ...amounts]), to.scalar(0)]);
    width = count * stride;
    spread = to.reshape(wide, axis === 2 ? [n, c, width, w] : [n, c, h, width]);
  }
  if (tap + width > full) {
    spread = to.node("Slice", [spread, to.int64s([0]), to.int64s([full - tap]), to.int64s([axis])]);
    width = full - tap;
  }
  const amounts = [0, 0, 0, 0, 0, 0, 0, 0];
  amounts[axis] = tap;
  amounts[axis + 4] = full - tap - width;
  return to.node("Pad", [spread, to.int64s(amounts), to.scalar(0)]);
}
