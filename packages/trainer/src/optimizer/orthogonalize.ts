import { inSinglePrecision } from "@lookonce/backend-onnxruntime";
import * as tf from "@tensorflow/tfjs-core";

/** Coefficients of an iteration, X ← Q · X with Q = a + b · S + c · S² and S = X · Xᵀ. */
const [a, b, c] = [3.4445, -4.775, 2.0315];

/**
 * Five iterations, in two runs that are made on S alone, S ← Q · S · Q, before X is multiplied by the product of a run's Q: of
 * matrices that are longer than wide, fewer products. All five in one run would lose digits of small singular values.
 */
const runs = [3, 2] as const;

/** Matrices of one shape, [count, rows, columns]. */
export interface MatrixStack {
  matrices: tf.Tensor3D;
  /** [count, 1, 1]: factors of the results. Default 1. */
  scale?: tf.Tensor3D;
}

/**
 * Makes the singular values of matrices nearly equal: Newton–Schulz's iteration with the coefficients of Muon (Jordan et al.,
 * "Muon: an optimizer for hidden layers in neural networks", 2024), five times, from matrices divided by their Frobenius
 * norm. Computed in single precision, in a training of mixed precision, too.
 *
 * A matrix and its transpose have the same result, transposed: S is of the shorter side, and all with the same shorter side
 * are computed together but for the products with the matrices themselves.
 *
 * @returns the results, of the stacks' shapes
 */
export function orthogonalize(stacks: readonly MatrixStack[]): tf.Tensor3D[] {
  return tf.tidy(() =>
    inSinglePrecision(() => {
      const results = new Map<MatrixStack, tf.Tensor3D>();
      for (const side of new Set(stacks.map(sideOf))) {
        const ofSide = stacks.filter((stack) => sideOf(stack) === side);
        for (const [i, result] of orthogonalizeSide(ofSide, side).entries()) results.set(ofSide[i]!, result);
      }
      return stacks.map((stack) => results.get(stack)!);
    }),
  );
}

function sideOf({ matrices: { shape } }: MatrixStack): number {
  return Math.min(shape[1], shape[2]);
}

/** Orthogonalizes matrices of the same shorter side. */
function orthogonalizeSide(stacks: readonly MatrixStack[], side: number): tf.Tensor3D[] {
  const counts = stacks.map(({ matrices }) => matrices.shape[0]);
  let xs = stacks.map(({ matrices }) => matrices);
  const one = tf.eye(side);
  // With S scaled by √c, and so X by its root, Q is (S + shift)² + rest.
  const shift = tf.mul(one, b / Math.sqrt(c) / 2);
  const rest = tf.mul(one, a - b ** 2 / c / 4);
  for (const [i, length] of runs.entries()) {
    let s = tf.concat(xs.map(gramOf));
    let scale: tf.Tensor | undefined;
    if (i === 0) {
      const norm = tf.sqrt(tf.sum(tf.mul(s, one), [1, 2], true));
      const inverse = tf.div(c ** 0.25, tf.add(norm, 1e-7));
      s = tf.mul(s, tf.square(inverse));
      scale = inverse;
    } else {
      const scales = stacks.map(({ scale }, n) => scale ?? tf.ones<tf.Rank.R3>([counts[n]!, 1, 1]));
      scale = tf.div(tf.concat(scales), c ** 0.25);
    }
    const factors = tf.split(tf.mul(productOfRun(s, { length, shift, rest }), scale) as tf.Tensor3D, counts);
    xs = xs.map((x, n) => (isTall(x) ? tf.matMul(x, factors[n]!) : tf.matMul(factors[n]!, x)));
  }
  return xs;
}

function isTall({ shape }: tf.Tensor3D): boolean {
  return shape[1] > shape[2];
}

function gramOf(x: tf.Tensor3D): tf.Tensor3D {
  return tf.matMul(x, x, isTall(x), !isTall(x));
}

/** The product of the Q of some iterations from S, both symmetric, [count, side, side]. */
function productOfRun(
  start: tf.Tensor3D,
  { length, shift, rest }: { length: number; shift: tf.Tensor; rest: tf.Tensor },
): tf.Tensor3D {
  let s = start;
  let product: tf.Tensor3D | undefined;
  for (let i = 1; i <= length; i++) {
    const shifted: tf.Tensor3D = tf.add(s, shift);
    const q: tf.Tensor3D = tf.add(tf.matMul(shifted, shifted), rest);
    product = product === undefined ? q : tf.matMul(q, product);
    if (i < length) s = tf.matMul(tf.matMul(s, q), q);
  }
  return product ?? start;
}
