import { int } from "@lookonce/onnx";
import type { Kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { dimOf, shape4, type Value } from "../graph/value.ts";

/** The parts of images that boxes of [y1, x1, y2, x2] cut out, each resized to the same size. */
export const cropAndResize: Kernel<"CropAndResize"> = {
  infer: ({ image, boxes }, { cropSize }) => ({
    shape: [dimOf(boxes, 0), ...cropSize, dimOf(image, 3)],
    dtype: "float32",
  }),
  lower(to, { inputs: { image, boxes, boxInd }, attrs, output }) {
    const [, h, w] = shape4(image);
    const [rows, columns] = attrs.cropSize;
    const count = dimOf(boxes, 0);
    const y = samples(to, to.get(boxes), { corner: 0, from: h, size: rows });
    const x = samples(to, to.get(boxes), { corner: 1, from: w, size: columns });
    const rowShape = [count, rows, 1];
    const columnShape = [count, 1, columns];
    const read = reader(to, image, to.reshape(to.get(boxInd), [count, 1, 1]));
    const at = [to.reshape(y.at, rowShape), to.reshape(x.at, columnShape)] as const;
    const crop = attrs.method === "nearest" ? nearest(to, read, at) : bilinear(to, read, at);
    const isOut = to.node("Or", [to.reshape(y.isOut, rowShape), to.reshape(x.isOut, columnShape)]);
    const mask = to.reshape(isOut, [count, rows, columns, 1]);
    to.set(output, to.node("Where", [mask, to.scalar(attrs.extrapolationValue), crop]));
  },
};

/** Where a crop's rows (or columns) fall in the image, [boxes, size], and which lie outside. Corners are fractions of it. */
function samples(
  to: Lowering,
  boxes: string,
  { corner, from, size }: Record<"corner" | "from" | "size", number>,
): { at: string; isOut: string } {
  const edge = (i: number): string => to.node("Slice", [boxes, to.int64s([i]), to.int64s([i + 1]), to.int64s([1])]);
  const [low, high] = [edge(corner), edge(corner + 2)];
  const last = to.scalar(from - 1);
  let at: string;
  if (size > 1) {
    const numbers = Float32Array.from({ length: size }, (_, i) => i);
    const steps = to.constant("float32", numbers, [1, size]);
    const stride = to.node("Div", [to.node("Mul", [to.node("Sub", [high, low]), last]), to.scalar(size - 1)]);
    at = to.node("Add", [to.node("Mul", [low, last]), to.node("Mul", [steps, stride])]);
  } else {
    at = to.node("Mul", [to.node("Add", [low, high]), to.scalar((from - 1) / 2)]);
  }
  return { at, isOut: to.node("Or", [to.node("Less", [at, to.scalar(0)]), to.node("Greater", [at, last])]) };
}

type Read = (row: string, column: string) => string;

/** Reads [boxes, rows, columns, channels] at whole positions, which it keeps inside the image. */
function reader(to: Lowering, image: Value, index: string): Read {
  const [n, h, w, c] = shape4(image);
  const list = to.reshape(to.cast(to.get(image), "float32", image.dtype), [n * h * w, c]);
  const whole = (position: string, size: number): string =>
    to.cast(to.node("Clip", [position, to.scalar(0), to.scalar(size - 1)]), "int32");
  const first = to.node("Mul", [index, to.scalar(h, "int32")]);
  return (row, column) => {
    const line = to.node("Mul", [to.node("Add", [first, whole(row, h)]), to.scalar(w, "int32")]);
    return to.node("Gather", [list, to.node("Add", [line, whole(column, w)])], { axis: int(0) });
  };
}

/** Halves round up, as in tfjs. */
function nearest(to: Lowering, read: Read, [y, x]: readonly [string, string]): string {
  const round = (position: string): string => to.node("Floor", [to.node("Add", [position, to.scalar(0.5)])]);
  return read(round(y), round(x));
}

function bilinear(to: Lowering, read: Read, [y, x]: readonly [string, string]): string {
  const [low, lowX] = [to.node("Floor", [y]), to.node("Floor", [x])];
  const [high, highX] = [to.node("Ceil", [y]), to.node("Ceil", [x])];
  const fraction = (position: string, floor: string): string =>
    to.node("Unsqueeze", [to.node("Sub", [position, floor]), to.int64s([3])]);
  const [dy, dx] = [fraction(y, low), fraction(x, lowX)];
  const between = (a: string, b: string, share: string): string =>
    to.node("Add", [a, to.node("Mul", [to.node("Sub", [b, a]), share])]);
  const top = between(read(low, lowX), read(low, highX), dx);
  const bottom = between(read(high, lowX), read(high, highX), dx);
  return between(top, bottom, dy);
}
