import { int, str } from "@lookonce/onnx";
import type { ResizeBilinearAttrs } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { Signature } from "../graph/signature.ts";
import { dimOf, shape4, type Value } from "../graph/value.ts";

function resized({ shape }: { shape: number[] }, [height, width]: readonly [number, number]): number[] {
  const [n, , , c] = shape4({ shape });
  return [n, height, width, c];
}

const gradient = ({ images }: { images: { shape: number[] } }): Signature => ({
  shape: images.shape,
  dtype: "float32",
});

export const resizeKernels: Kernels<
  "ResizeBilinear" | "ResizeBilinearGrad" | "ResizeNearestNeighbor" | "ResizeNearestNeighborGrad"
> = {
  ResizeBilinear: {
    inputs: ["images"],
    infer: ({ images }, { size }) => ({ shape: resized(images, size), dtype: "float32" }),
    lower: (to, { inputs: { images }, attrs, output }) =>
      to.setChannelsFirst(output, resize(to, images, { size: attrs.size, matrix: linearMatrix(attrs) })),
  },
  ResizeBilinearGrad: {
    inputs: ["images", "dy"],
    infer: gradient,
    lower: (to, { inputs: { images, dy }, attrs, output }) =>
      to.setChannelsFirst(output, resizeBack(to, dy, { images, matrix: linearMatrix(attrs) })),
  },
  ResizeNearestNeighbor: {
    inputs: ["images"],
    infer: ({ images }, { size }) => ({ shape: resized(images, size), dtype: images.dtype }),
    lower(to, { inputs: { images }, attrs, output }) {
      const [, h, w] = shape4(images);
      const scales = [attrs.size[0] / h, attrs.size[1] / w];
      if (!scales.every(Number.isInteger) || attrs.alignCorners) {
        to.setChannelsFirst(output, resize(to, images, { size: attrs.size, matrix: nearestMatrix(attrs) }));
        return;
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
    inputs: ["images", "dy"],
    infer: gradient,
    lower(to, { inputs: { images, dy }, attrs, output }) {
      const [n, h, w, c] = shape4(images);
      const [down, across] = [dimOf(dy, 1) / h, dimOf(dy, 2) / w];
      if (!Number.isInteger(down) || !Number.isInteger(across) || attrs.alignCorners) {
        to.setChannelsFirst(output, resizeBack(to, dy, { images, matrix: nearestMatrix(attrs) }));
        return;
      }
      const blocks = to.reshape(to.getChannelsFirst(dy), [n * c, h, down, w, across]);
      const sums = to.node("ReduceSum", [blocks, to.int64s([2, 4])], { keepdims: int(0) });
      to.setChannelsFirst(output, to.reshape(sums, [n, c, h, w]));
    },
  },
};

/** One axis of a resize as a matrix [to, from]: each row has the weights of the elements that one result is made of. */
type AxisMatrix = (from: number, to: number) => Float32Array;

/** Writes a resize of a channels-first value by one matmul an axis. */
function resize(
  to: Lowering,
  images: Value,
  { size: [height, width], matrix }: { size: readonly [number, number]; matrix: AxisMatrix },
): string {
  const [, h, w] = shape4(images);
  const columns = transposed(matrix(w, width), width, w);
  return between(to, images, {
    left: to.constant("float32", matrix(h, height), [height, h]),
    right: to.constant("float32", columns, [w, width]),
  });
}

/** Writes the gradient of {@link resize}, which multiplies by the transposed matrices. */
function resizeBack(to: Lowering, dy: Value, { images, matrix }: { images: Value; matrix: AxisMatrix }): string {
  const [, height, width] = shape4(images);
  const [, h, w] = shape4(dy);
  const rows = transposed(matrix(height, h), h, height);
  return between(to, dy, {
    left: to.constant("float32", rows, [height, h]),
    right: to.constant("float32", matrix(width, w), [w, width]),
  });
}

function between(to: Lowering, value: Value, { left, right }: { left: string; right: string }): string {
  const name = to.getChannelsFirst(value);
  const image = value.dtype === "float32" ? name : to.cast(name, "float32");
  return to.node("MatMul", [left, to.node("MatMul", [image, right])]);
}

/** The transposed of a [rows, columns] matrix. */
function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (const [i, value] of matrix.entries()) result[(i % columns) * rows + Math.floor(i / columns)] = value;
  return result;
}

type Alignment = Omit<ResizeBilinearAttrs, "size">;

function scaleOf(from: number, to: number, alignCorners: boolean): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

/** Nearest neighbor, with tfjs's rounding. */
function nearestMatrix({ alignCorners, halfPixelCenters }: Alignment): AxisMatrix {
  return (from, to) => {
    const scale = scaleOf(from, to, alignCorners);
    const matrix = new Float32Array(from * to);
    for (let i = 0; i < to; i++) {
      const at = halfPixelCenters ? scale * (i + 0.5) : scale * i;
      const nearest = Math.min(from - 1, alignCorners ? Math.round(at) : Math.floor(at));
      matrix[i * from + Math.max(0, nearest)] = 1;
    }
    return matrix;
  };
}

/** Linear interpolation between the two neighbors. */
function linearMatrix({ alignCorners, halfPixelCenters }: Alignment): AxisMatrix {
  return (from, to) => {
    const scale = scaleOf(from, to, alignCorners);
    const matrix = new Float32Array(from * to);
    for (let i = 0; i < to; i++) {
      const at = halfPixelCenters ? scale * (i + 0.5) - 0.5 : scale * i;
      const low = Math.max(0, Math.floor(at));
      const high = Math.min(from - 1, Math.ceil(at));
      const fraction = at - low;
      // At the borders the two neighbors are the same element.
      matrix[i * from + low] = 1 - fraction;
      matrix[i * from + high] = (matrix[i * from + high] ?? 0) + fraction;
    }
    return matrix;
  };
}
