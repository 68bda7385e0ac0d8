import { type Attribute, int, ints } from "@lookonce/onnx";
import { backend_util, type MaxPoolAttrs, type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { dimOf, shape4 } from "../graph/value.ts";
import { padsOf, perAxis, transposedPads, unitStrideBack, type Windows, windowsOf } from "./convolution.ts";

/** A pooling's sizes. */
export interface Pooling extends Windows {
  readonly outShape: number[];
}

export function pooling(x: Pick<TensorInfo, "shape">, attrs: MaxPoolAttrs): Pooling {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = backend_util.computePool2DInfo(shape4(x), filterSize, strides, 1, pad, dimRoundingMode);
  return { ...windowsOf(info), outShape: info.outShape };
}

/** A pooling's input and attributes. ONNX accepts only padding smaller than the window: more of it is a node of its own. */
export function padded(
  to: Lowering,
  x: string,
  { pool, fill }: { pool: Pooling; fill: number },
): { x: string; attributes: Record<string, Attribute>; isPadded: boolean } {
  const [before, after] = [perAxis(pool, (axis) => axis.before), perAxis(pool, (axis) => axis.after)];
  const attributes = {
    kernel_shape: ints(perAxis(pool, ({ filter }) => filter)),
    strides: ints(perAxis(pool, ({ stride }) => stride)),
    pads: ints([...before, ...after]),
    // Where sizes are rounded up, the padding includes the last window's part beyond the border.
    ceil_mode: int(0),
  };
  if (hasSmallPads(pool)) return { x, attributes, isPadded: false };
  const name = to.node("Pad", [x, to.int64s([0, 0, ...before, 0, 0, ...after]), to.scalar(fill)]);
  return { x: name, attributes: { ...attributes, pads: ints([0, 0, 0, 0]) }, isPadded: true };
}

function hasSmallPads({ rows, columns }: Pooling): boolean {
  return [rows, columns].every((axis) => Math.max(axis.before, axis.after) < axis.filter);
}

/** Whether it is a pooling that ONNX Runtime's operators on blocks compute. */
function isPooledInBlocks(pool: Pooling): boolean {
  return !isCopy(pool) && hasSmallPads(pool);
}

/** Windows of one element that leave the shape alone: tfjs returns the input, whatever stride and padding are. */
function isCopy({ rows, columns }: Pooling): boolean {
  return [rows, columns].every(({ filter, input, output }) => filter === 1 && input === output);
}

export const poolingKernels: Kernels<"AvgPool" | "AvgPoolGrad" | "MaxPool" | "MaxPoolWithArgmax"> = {
  /** The mean of each window; elements of the padding do not count. */
  AvgPool: {
    infer: ({ x }, attrs) => ({ shape: pooling(x, attrs).outShape, dtype: "float32" }),
    lower(to, { inputs, attrs, output }) {
      const pool = pooling(inputs.x, attrs);
      if (to.isBlocked(inputs.x) && isPooledInBlocks(pool)) {
        const { attributes } = padded(to, to.getBlocked(inputs.x), { pool, fill: 0 });
        const inBlocks = { ...attributes, count_include_pad: int(0) };
        return to.setBlocked(output, to.nchwc("AveragePool", [to.getBlocked(inputs.x)], inBlocks));
      }
      const name = to.getChannelsFirst(inputs.x);
      if (isCopy(pool)) return to.setChannelsFirst(output, name);
      const { x, attributes, isPadded } = padded(to, name, { pool, fill: 0 });
      let mean = to.node("AveragePool", [x], { ...attributes, count_include_pad: int(0) });
      if (isPadded) {
        // ONNX computed the means over whole windows. A window without elements has no mean: 0 · ∞ is NaN, as in tfjs.
        const size = pool.rows.filter * pool.columns.filter;
        const scale = windowCounts(pool).map((count) => size / count);
        mean = to.node("Mul", [mean, to.constant("float32", scale, [1, 1, ...perAxis(pool, (axis) => axis.output)])]);
      }
      to.setChannelsFirst(output, mean);
    },
  },
  /**
   * Spreads each window's gradient over its elements.
   *
   * Like tfjs's own backends (4.22), it divides by the window's whole size, although the forward's mean does not count
   * elements of the padding: at padded borders it is smaller than the derivative. At stride 1 it so is itself a mean over
   * windows, with as many zeros around as elements lie in one.
   */
  AvgPoolGrad: {
    infer: ({ input }) => ({ shape: input.shape, dtype: "float32" }),
    lower(to, { inputs: { dy, input }, attrs, output }) {
      const pool = pooling(input, attrs);
      const back = unitStrideBack(pool);
      if (back !== undefined) {
        const attributes = {
          kernel_shape: ints(perAxis(back, ({ filter }) => filter)),
          pads: padsOf(back),
          count_include_pad: int(1),
        };
        if (to.isBlocked(dy) && to.canBlock(output)) {
          return to.setBlocked(output, to.nchwc("AveragePool", [to.getBlocked(dy)], attributes));
        }
        return to.setChannelsFirst(output, to.node("AveragePool", [to.getChannelsFirst(dy)], attributes));
      }
      const channels = dimOf(input, 3);
      const [height, width] = perAxis(pool, ({ filter }) => filter);
      const shares = new Float32Array(channels * height * width).fill(1 / (height * width));
      const share = to.constant("float32", shares, [channels, 1, height, width]);
      const spread = to.node("ConvTranspose", [to.getChannelsFirst(dy), share], {
        strides: ints(perAxis(pool, ({ stride }) => stride)),
        group: int(channels),
        ...transposedPads(pool),
      });
      to.setChannelsFirst(output, spread);
    },
  },
  MaxPool: {
    infer: ({ x }, attrs) => ({ shape: pooling(x, attrs).outShape, dtype: x.dtype }),
    lower(to, { inputs: { x: image }, attrs, output }) {
      const pool = pooling(image, attrs);
      if (to.isBlocked(image) && image.dtype === "float32" && isPooledInBlocks(pool)) {
        const { attributes } = padded(to, to.getBlocked(image), { pool, fill: 0 });
        return to.setBlocked(output, to.nchwc("MaxPool", [to.getBlocked(image)], attributes));
      }
      const name = to.getChannelsFirst(image);
      if (isCopy(pool)) return to.setChannelsFirst(output, name);
      const fill = Number.NEGATIVE_INFINITY;
      const { x, attributes } = padded(to, to.cast(name, "float32", image.dtype), { pool, fill });
      // ONNX Runtime's optimizer makes the zeros of a Pad before a MaxPool the pool's own border, which counts as -∞, and so
      // loses maxima of 0. It leaves pools alone that also return positions (microsoft/onnxruntime, pull request 18136).
      const isAfterPad = image.producer?.kernel === "PadV2";
      const largest = isAfterPad ? to.pair("MaxPool", [x], attributes)[0] : to.node("MaxPool", [x], attributes);
      to.setChannelsFirst(output, image.dtype === "float32" ? largest : to.cast(largest, "int32"));
    },
  },
  /** The maximum of each window, and its index (y · width + x) · channels + channel, counted in its own image or in all. */
  MaxPoolWithArgmax: {
    infer({ x }, attrs) {
      util.assert(x.shape.length === 4, () => `Error in maxPoolWithArgmax: x must be rank 4 but got [${x.shape}].`);
      const shape = pooling(x, attrs).outShape;
      return [
        { shape, dtype: x.dtype },
        { shape, dtype: "int32" },
      ];
    },
    lower(to, { inputs: { x: image }, attrs, outputs }) {
      const pool = pooling(image, attrs);
      const [n, h, w, c] = shape4(image);
      const fill = Number.NEGATIVE_INFINITY;
      // NaN is never the largest.
      const name = to.getChannelsFirst(image);
      const numbers = to.node("Where", [to.node("IsNaN", [name]), to.scalar(fill), name]);
      const { x, attributes, isPadded } = padded(to, numbers, { pool, fill });
      const [largest, positions] = to.pair("MaxPool", [x], attributes);
      const paddedSize = perAxis(pool, (axis) => axis.before + axis.input + axis.after);
      const [height, width] = isPadded ? paddedSize : [h, w];
      // ONNX counts through the channels-first tensor.
      const inPlane = to.node("Mod", [positions, to.int64s([height * width])]);
      let index = inPlane;
      if (isPadded) {
        const [top, left] = perAxis(pool, ({ before }) => before);
        const row = to.node("Sub", [to.node("Div", [inPlane, to.int64s([width])]), to.int64s([top])]);
        const column = to.node("Sub", [to.node("Mod", [inPlane, to.int64s([width])]), to.int64s([left])]);
        index = to.node("Add", [to.node("Mul", [row, to.int64s([w])]), column]);
      }
      index = to.node("Add", [to.node("Mul", [index, to.int64s([c])]), counted(to, c, [1, c, 1, 1], 1)]);
      if (attrs.includeBatchInIndex) index = to.node("Add", [index, counted(to, n, [n, 1, 1, 1], h * w * c)]);
      to.setChannelsFirst(outputs[0], largest);
      to.setChannelsFirst(outputs[1], to.cast(index, "int32"));
    },
  },
};

/** How many elements of the input are in each window, [windows down, windows across]. */
function windowCounts({ rows, columns }: Pooling): Float32Array {
  const [down = [], across = []] = [rows, columns].map(({ input, output, filter, stride, before }) =>
    Array.from({ length: output }, (_, i) => {
      const start = i * stride - before;
      return Math.max(0, Math.min(input, start + filter) - Math.max(0, start));
    }),
  );
  return Float32Array.from(down.flatMap((row) => across.map((column) => row * column)));
}

/** The numbers 0, step, 2 · step, … */
function counted(to: Lowering, length: number, shape: readonly number[], step: number): string {
  const numbers = BigInt64Array.from({ length }, (_, i) => BigInt(i * step));
  return to.constant("int64", numbers, shape);
}
