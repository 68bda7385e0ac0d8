import type { Lowering } from "../graph/lowering.ts";
import type { Value } from "../graph/value.ts";

/** One axis of a resize as a matrix [to, from]: each row holds the weights of the elements that one result takes. */
export type AxisMatrix = (from: number, to: number) => Float32Array;

/**
 * Writes a resize of a channels-first value by one matrix product an axis.
 *
 * @param isTransposed whether to write the gradient, which multiplies by the transposed matrices
 */
export function resizeByMatrices(
  to: Lowering,
  value: Value,
  { size, matrix, isTransposed }: { size: readonly [number, number]; matrix: AxisMatrix; isTransposed: boolean },
): string {
  const [, h, w] = value.shape as [number, number, number, number];
  const rows = isTransposed ? transposed(matrix(size[0], h), h, size[0]) : matrix(h, size[0]);
  const columns = isTransposed ? matrix(size[1], w) : transposed(matrix(w, size[1]), size[1], w);
  const left = to.constant("float32", rows, [size[0], h]);
  const right = to.constant("float32", columns, [w, size[1]]);
  const name = to.getChannelsFirst(value);
  const image = value.dtype === "float32" ? name : to.cast(name, "float32");
  return to.node("MatMul", [left, to.node("MatMul", [image, right])]);
}

/** The transposed of a [rows, columns] matrix. */
function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: matrix.length }, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);
}

/** Options that tfjs's resizes share. */
export interface ResizeAttrs {
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

function scaleOf(from: number, to: number, alignCorners: boolean): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

/** Nearest neighbor, with tfjs's rounding. */
export function nearestMatrix({ alignCorners, halfPixelCenters }: ResizeAttrs): AxisMatrix {
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
export function linearMatrix({ alignCorners, halfPixelCenters }: ResizeAttrs): AxisMatrix {
  return (from, to) => {
    const scale = scaleOf(from, to, alignCorners);
    const matrix = new Float32Array(from * to);
    for (let i = 0; i < to; i++) {
      const at = halfPixelCenters ? scale * (i + 0.5) - 0.5 : scale * i;
      const low = Math.max(0, Math.floor(at));
      const high = Math.min(from - 1, Math.ceil(at));
      const fraction = at - low;
      matrix[i * from + low]! += 1 - fraction;
      matrix[i * from + high]! += fraction;
    }
    return matrix;
  };
}
