import type * as tf from "@tensorflow/tfjs-core";
import {
  type Affine,
  batchNormDefaults,
  batchNormEval,
  batchNormTrain,
  updateRunning,
  type WholeBatch,
  wholeCount,
} from "../functional/batch-norm.ts";
import { Layer } from "../module.ts";
import type { VariableSlot } from "../variable-slot.ts";

/**
 * Batch normalization (Ioffe and Szegedy, arXiv 1502.03167) with eps 1e-3 and momentum 0.03, unless the head has others.
 * [N, H, W, C] → the same.
 *
 * In training it normalizes with the batch's statistics and moves the running ones; in inference it uses the latter.
 */
export class BatchNorm2d extends Layer {
  eps: number = batchNormDefaults.eps;
  momentum: number = batchNormDefaults.momentum;
  /** What its batch is part of, where several ranks compute their statistics together; for the time of a forward pass. */
  whole: WholeBatch | undefined;
  readonly weight: VariableSlot<tf.Rank.R1>;
  readonly bias: VariableSlot<tf.Rank.R1>;
  readonly runningMean: VariableSlot<tf.Rank.R1>;
  readonly runningVariance: VariableSlot<tf.Rank.R1>;

  constructor(channels: number) {
    super();
    this.weight = this.parameter("weight", [channels], 1);
    this.bias = this.parameter("bias", [channels]);
    this.runningMean = this.buffer("running_mean", [channels]);
    this.runningVariance = this.buffer("running_var", [channels], 1);
  }

  /** The trained factor and offset per channel. */
  get affine(): Affine {
    return { gamma: this.weight.value as tf.Tensor1D, beta: this.bias.value as tf.Tensor1D };
  }

  /** Moves the running statistics toward those of a batch, whose map is `y`. */
  track(batch: { mean: tf.Tensor1D; variance: tf.Tensor1D }, y: tf.Tensor4D): void {
    const count = this.whole === undefined ? y.size / y.shape[3] : wholeCount(y, this.whole);
    const running = {
      mean: this.runningMean.value as tf.Variable,
      variance: this.runningVariance.value as tf.Variable,
    };
    updateRunning(running, batch, { momentum: this.momentum, count });
  }

  override forward(x: tf.Tensor4D): tf.Tensor4D {
    if (this.training) {
      const { eps, whole } = this;
      const shift = this.runningMean.value as tf.Tensor1D;
      const { y, ...batch } = batchNormTrain(x, this.affine, { eps, whole, shift });
      this.track(batch, y);
      return y;
    }
    const [mean, variance] = [this.runningMean.value as tf.Tensor1D, this.runningVariance.value as tf.Tensor1D];
    return batchNormEval(x, this.affine, { mean, variance, eps: this.eps });
  }
}
