import { ints, str } from "@lookonce/onnx";
import type { Kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { shape4, sizeOf } from "../graph/value.ts";
import { perAxis, type WindowAxis } from "./convolution.ts";
import { padded, pooling } from "./pooling.ts";

/** Adds each window's gradient to its largest element, the first of several in reading order. */
export const maxPoolGrad: Kernel<"MaxPoolGrad"> = {
  infer: ({ input }) => ({ shape: input.shape, dtype: "float32" }),
  lower(to, { inputs: { dy, input }, attrs, output }) {
    const pool = pooling(input, attrs);
    const [n, h, w, c] = shape4(input);
    const image = to.getChannelsFirst(input);
    if (to.target === "webgpu") {
      const rows: Windows = { ...pool.rows, axis: 2, shape: [n, c, -1, pool.columns.output] };
      const columns: Windows = { ...pool.columns, axis: 3, shape: [n, c, h, -1] };
      to.setChannelsFirst(output, withoutPositions(to, { rows, columns }, { x: image, dy: to.getChannelsFirst(dy) }));
      return;
    }
    const { x, attributes, isPadded } = padded(to, image, { pool, fill: Number.NEGATIVE_INFINITY });
    // ONNX's pooling returns the position of each maximum, counted through the whole channels-first tensor.
    const [, positions] = to.pair("MaxPool", [x], attributes);
    const paddedSize = perAxis(pool, ({ before, input, after }) => before + input + after);
    const full = [n, c, ...(isPadded ? paddedSize : [h, w])];
    const zeros = to.node("Expand", [to.scalar(0), to.int64s([sizeOf(full)])]);
    const size = [sizeOf(dy.shape)];
    const gradient = to.reshape(to.getChannelsFirst(dy), size);
    const sums = to.node("ScatterElements", [zeros, to.reshape(positions, size), gradient], { reduction: str("add") });
    let result = to.reshape(sums, full);
    if (isPadded) {
      const [top, left] = perAxis(pool, ({ before }) => before);
      result = to.node("Slice", [result, to.int64s([top, left]), to.int64s([top + h, left + w]), to.int64s([2, 3])]);
    }
    to.setChannelsFirst(output, result);
  },
};

/** Below every value of a map; shaders have no infinity. */
const lowest = -3.4028234663852886e38;

/** Windows along one axis of a channels-first tensor: 2 for rows, 3 for columns. */
interface Windows extends WindowAxis {
  readonly axis: 2 | 3;
  /** The shape of the windows' maxima, −1 along the axis. */
  readonly shape: readonly number[];
}

/**
 * The gradient without ONNX's positions of maxima, which the WebGPU provider does not have (1.30: "The Indices output is
 * not supported yet").
 *
 * A window's maximum is the largest of its rows' maxima: first the gradient goes to the first row that has it, then to the
 * first element of that row.
 */
function withoutPositions(
  to: Lowering,
  { rows, columns }: Record<"rows" | "columns", Windows>,
  { x, dy }: Record<"x" | "dy", string>,
): string {
  const paddedX = pad(to, x, columns);
  const rowMaxima = largest(to, paddedX, columns);
  const paddedMaxima = pad(to, rowMaxima, rows);
  const maxima = largest(to, paddedMaxima, rows);
  const dRows = scatter(to, rows, { x: paddedMaxima, maxima, dy });
  return scatter(to, columns, { x: paddedX, maxima: rowMaxima, dy: dRows });
}

function pad(to: Lowering, x: string, { axis, before, after }: Windows): string {
  return before + after === 0 ? x : to.node("Pad", [x, amounts(to, axis, [before, after]), to.scalar(lowest)]);
}

/** ONNX's amounts of padding along one axis: all before, then all after. */
function amounts(to: Lowering, axis: number, [before, after]: readonly [number, number]): string {
  const none = [0, 0, 0, 0];
  return to.int64s([...none.with(axis, before), ...none.with(axis, after)]);
}

function largest(to: Lowering, x: string, { axis, filter, stride }: Windows): string {
  const along = (value: number): number[] => [1, 1].with(axis - 2, value);
  return to.node("MaxPool", [x], { kernel_shape: ints(along(filter)), strides: ints(along(stride)) });
}

/** The gradient with respect to the unpadded `x`, given the gradient `dy` of its windows' `maxima`. */
function scatter(to: Lowering, windows: Windows, { x, maxima, dy }: Record<"x" | "maxima" | "dy", string>): string {
  const { axis, filter, stride, before, input, output } = windows;
  const at = (value: number): string => to.int64s([value]);
  // What remains of each window's gradient: all of it, until its maximum is met.
  let left = dy;
  let sum: string | undefined;
  for (let tap = 0; tap < filter; tap++) {
    const last = tap + (output - 1) * stride + 1;
    const values = to.node("Slice", [x, at(tap), at(last), at(axis), at(stride)]);
    const isMaximum = to.cast(to.node("Equal", [values, maxima]), "float32");
    const part = to.node("Mul", [left, isMaximum]);
    left = to.node("Sub", [left, part]);
    const placed = place(to, part, windows, tap);
    sum = sum === undefined ? placed : to.node("Add", [sum, placed]);
  }
  return to.node("Slice", [sum ?? x, at(before), at(before + input), at(axis)]);
}

/** Sets the n-th value at `tap + n · stride` of the padded axis, zeros elsewhere. */
function place(to: Lowering, part: string, { axis, stride, output, ...windows }: Windows, tap: number): string {
  const full = windows.before + windows.input + windows.after;
  let spread = part;
  let width = output;
  if (stride > 1) {
    const apart = windows.shape.with(axis, output).toSpliced(axis + 1, 0, 1);
    const gaps = [0, 0, 0, 0, 0, ...[0, 0, 0, 0, 0].with(axis + 1, stride - 1)];
    const wide = to.node("Pad", [to.reshape(part, apart), to.int64s(gaps), to.scalar(0)]);
    width = output * stride;
    spread = to.reshape(wide, windows.shape.with(axis, width));
  }
  if (tap + width > full) {
    spread = to.node("Slice", [spread, to.int64s([0]), to.int64s([full - tap]), to.int64s([axis])]);
    width = full - tap;
  }
  return to.node("Pad", [spread, amounts(to, axis, [tap, full - tap - width]), to.scalar(0)]);
}
