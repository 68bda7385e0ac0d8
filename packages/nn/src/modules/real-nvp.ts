import * as tf from "@tensorflow/tfjs-core";
import { ModuleList } from "../containers.ts";
import { Module } from "../module.ts";
import type { VariableSlot } from "../variable-slot.ts";
import { Linear } from "./linear.ts";

/** Coupling layers, and width of the networks in them. */
const [layers, hidden] = [6, 64];

/** Fully connected layers 2-64-64-2 under the names 0, 2, 4, with SiLU between. */
class CouplingNetwork extends Module {
  readonly #steps: readonly Linear[];

  constructor() {
    super();
    const sizes = [2, hidden, hidden, 2];
    this.#steps = [0, 1, 2].map((i) => {
      return this.child(String(2 * i), new Linear(sizes[i] as number, sizes[i + 1] as number));
    });
  }

  forward(x: tf.Tensor2D): tf.Tensor2D {
    const last = this.#steps.length - 1;
    const rows = this.#steps.reduce(
      (value, step, i) => {
        const y = step.forward(value);
        return i === last ? y : tf.mul(y, tf.sigmoid(y));
      },
      tf.expandDims<tf.Tensor3D>(x, 0),
    );
    return tf.squeeze(rows, [0]);
  }
}

/**
 * A normalizing flow from errors of keypoints to a standard normal distribution (Dinh et al., RealNVP, arXiv 1605.08803; for
 * keypoints Li et al., arXiv 2107.11291; Ultralytics 8.4): affine couplings that change one coordinate by what the other says.
 */
export class RealNvp extends Module {
  readonly loc: VariableSlot<tf.Rank.R1>;
  readonly cov: VariableSlot<tf.Rank.R2>;
  /** Coordinates that a layer leaves as they are, 1 or 0 [layers, 2]. */
  readonly mask: VariableSlot<tf.Rank.R2>;
  readonly s: ModuleList<CouplingNetwork>;
  readonly t: ModuleList<CouplingNetwork>;

  constructor() {
    super();
    this.loc = this.buffer("loc", [2]);
    this.cov = this.buffer("cov", [2, 2], () => tf.eye(2));
    const masks = Array.from({ length: layers }, (_, i) => (i % 2 === 0 ? [0, 1] : [1, 0]));
    this.mask = this.buffer("mask", [layers, 2], () => tf.tensor2d(masks));
    const networks = () => new ModuleList(Array.from({ length: layers }, () => new CouplingNetwork()));
    this.s = this.child("s", networks());
    this.t = this.child("t", networks());
  }

  /** Logarithms of the probability density of points [N, 2] → [N]. Differentiable. */
  logProbability(points: tf.Tensor2D): tf.Tensor1D {
    return tf.tidy(() => {
      let z = points;
      let logDeterminant = tf.zeros<tf.Rank.R1>([points.shape[0]]);
      const masks = tf.unstack(this.mask.value, 0);
      for (let i = layers - 1; i >= 0; i--) {
        const mask = masks[i] as tf.Tensor;
        const rest = tf.sub(1, mask);
        const known = tf.mul<tf.Tensor2D>(z, mask);
        const scale = tf.mul(tf.tanh((this.s.items[i] as CouplingNetwork).forward(known)), rest);
        const shift = tf.mul((this.t.items[i] as CouplingNetwork).forward(known), rest);
        z = tf.add(tf.mul(tf.mul(tf.sub(z, shift), tf.exp(tf.neg(scale))), rest), known);
        logDeterminant = tf.sub(logDeterminant, tf.sum(scale, 1));
      }
      // The density of a standard normal distribution of two dimensions
      const squares = tf.sum(tf.square(z), 1);
      return tf.add(tf.sub(tf.mul(squares, -0.5), Math.log(2 * Math.PI)), logDeterminant);
    });
  }
}
