import * as tf from "@tensorflow/tfjs-core";

/** Height and width of a level's grid. */
export type Grid = readonly [height: number, width: number];

/** Computes x and y of every cell of a grid plus an offset, row by row [h·w, 2]. */
export type CellPositions = (grid: Grid, offset: number) => tf.Tensor2D;

/** Cell positions as a constant; offset 0 is a cell's corner, 0.5 its center. */
export function cellPositions([height, width]: Grid, offset: number): tf.Tensor2D {
  const values = Float32Array.from(
    { length: height * width * 2 },
    (_, i) => (i % 2 === 0 ? (i / 2) % width : Math.floor(i / 2 / width)) + offset,
  );
  return tf.tensor2d(values, [height * width, 2]);
}

/** The same positions computed by a graph from nothing but the grid's shape, so that a traced graph fits grids of any size. */
export function countedCellPositions([height, width]: Grid, offset: number): tf.Tensor2D {
  const ones = tf.fill([height, width], 1);
  const counts = tf.stack([tf.cumsum(ones, 1), tf.cumsum(ones, 0)], 2);
  return tf.reshape(tf.add(counts, offset - 1), [height * width, 2]);
}
