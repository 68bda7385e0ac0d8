import { int, ints, str } from "@lookonce/onnx";
import type { ResizeBilinearAttrs } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { dimOf, shape4, type Value } from "../graph/value.ts";

export const resizeKernels: Kernels<
  "ResizeBilinear" | "ResizeBilinearGrad" | "ResizeNearestNeighbor" | "ResizeNearestNeighborGrad"
> = {
  ResizeBilinear: {
    infer: ({ images }, { size }) => ({ shape: images.shape.toSpliced(1, 2, ...size), dtype: "float32" }),
    lower: (to, { inputs: { images }, attrs, output }) => resize(to, images, output, axisMatrix("linear", attrs)),
  },
  ResizeBilinearGrad: {
    infer: ({ images }) => ({ shape: images.shape, dtype: "float32" }),
    lower: (to, { inputs: { dy }, attrs, output }) => resizeBack(to, dy, output, axisMatrix("linear", attrs)),
  },
  ResizeNearestNeighbor: {
    infer: ({ images }, { size }) => ({ shape: images.shape.toSpliced(1, 2, ...size), dtype: images.dtype }),
    lower(to, { inputs: { images }, attrs, output }) {
      const [, h, w] = shape4(images);
      const scales = [attrs.size[0] / h, attrs.size[1] / w];
      if (!scales.every(Number.isInteger) || attrs.alignCorners) {
        return resize(to, images, output, axisMatrix("nearest", attrs));
      }
      if (to.isBlocked(images) && images.dtype === "float32") {
        const attributes = { scales: ints([1, 1, ...scales]), mode: str("nearest") };
        return to.setBlocked(output, to.nchwc("Upsample", [to.getBlocked(images)], attributes));
      }
      // A whole number of copies of each element, wherever its center is.
      const scale = to.constant("float32", Float32Array.of(1, 1, ...scales));
      const name = to.node("Resize", [to.getChannelsFirst(images), "", scale], {
        mode: str("nearest"),
        coordinate_transformation_mode: str("asymmetric"),
        nearest_mode: str("floor"),
      });
      to.setChannelsFirst(output, name);
    },
  },
  /** Sums the gradient over the copies of each element. */
  ResizeNearestNeighborGrad: {
    infer: ({ images }) => ({ shape: images.shape, dtype: "float32" }),
    lower(to, { inputs: { images, dy }, attrs, output }) {
      const [n, h, w, c] = shape4(images);
      const [down, across] = [dimOf(dy, 1) / h, dimOf(dy, 2) / w];
      if (!Number.isInteger(down) || !Number.isInteger(across) || attrs.alignCorners) {
        return resizeBack(to, dy, output, axisMatrix("nearest", attrs));
      }
      if (to.isBlocked(dy) && to.canBlock(output)) {
        // A filter of ones for each channel.
        const ones = to.constant("float32", new Float32Array(c * down * across).fill(1), [c, 1, down, across]);
        const window = ints([down, across]);
        const attributes = { kernel_shape: window, strides: window, group: int(c) };
        return to.setBlocked(output, to.nchwc("Conv", [to.getBlocked(dy), ones], attributes));
      }
      const blocks = to.reshape(to.getChannelsFirst(dy), [n * c, h, down, w, across]);
      const sums = to.node("ReduceSum", [blocks, to.int64s([2, 4])], { keepdims: int(0) });
      to.setChannelsFirst(output, to.reshape(sums, [n, c, h, w]));
    },
  },
};

interface Matrix {
  data: Float32Array;
  shape: readonly [rows: number, columns: number];
}

/** One axis of a resize as a matrix [to, from]: each row has the weights of the elements that one result is made of. */
type AxisMatrix = (from: number, to: number) => Matrix;

/** Writes a resize by one matmul an axis. */
function resize(to: Lowering, images: Value, output: Value, matrix: AxisMatrix): void {
  const [, h, w] = shape4(images);
  const [, height, width] = shape4(output);
  multiply(to, images, output, [matrix(h, height), transposed(matrix(w, width))]);
}

/** Writes the gradient of {@link resize}, which multiplies by the transposed matrices. */
function resizeBack(to: Lowering, dy: Value, output: Value, matrix: AxisMatrix): void {
  const [, height, width] = shape4(output);
  const [, h, w] = shape4(dy);
  multiply(to, dy, output, [transposed(matrix(height, h)), matrix(width, w)]);
}

/** Writes left · value · right of every channel. */
function multiply(to: Lowering, value: Value, output: Value, matrices: readonly [left: Matrix, right: Matrix]): void {
  const [left = "", right = ""] = matrices.map(({ data, shape }) => to.constant("float32", data, shape));
  const image = to.cast(to.getChannelsFirst(value), "float32", value.dtype);
  to.setChannelsFirst(output, to.node("MatMul", [left, to.node("MatMul", [image, right])]));
}

function transposed({ data, shape: [rows, columns] }: Matrix): Matrix {
  const result = new Float32Array(data.length);
  for (const [i, value] of data.entries()) result[(i % columns) * rows + Math.floor(i / columns)] = value;
  return { data: result, shape: [columns, rows] };
}

/** Nearest neighbor with tfjs's rounding, or linear interpolation between the two neighbors. */
function axisMatrix(
  mode: "nearest" | "linear",
  { alignCorners, halfPixelCenters }: Omit<ResizeBilinearAttrs, "size">,
): AxisMatrix {
  return (from, to) => {
    const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
    const data = new Float32Array(from * to);
    for (let i = 0; i < to; i++) {
      const row = data.subarray(i * from, (i + 1) * from);
      const center = halfPixelCenters ? scale * (i + 0.5) : scale * i;
      if (mode === "nearest") {
        const nearest = Math.min(from - 1, alignCorners ? Math.round(center) : Math.floor(center));
        row[Math.max(0, nearest)] = 1;
        continue;
      }
      const at = halfPixelCenters ? center - 0.5 : center;
      const low = Math.max(0, Math.floor(at));
      const high = Math.min(from - 1, Math.ceil(at));
      const fraction = at - low;
      // At the borders the two neighbors are the same element.
      row[low] = 1 - fraction;
      row[high] = (row[high] ?? 0) + fraction;
    }
    return { data, shape: [to, from] };
  };
}
