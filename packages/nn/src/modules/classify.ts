import type { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import type { ActivationName } from "../functional/silu.ts";
import { type BatchNormSettings, type DrawnInput, Head } from "../head.ts";
import type { Cost, Shape } from "../shape.ts";
import { Conv } from "./conv.ts";
import { Linear } from "./linear.ts";

/** Channels that the head widens the last map to (EfficientNet-B0's; Tan and Le, arXiv 1905.11946). */
const hidden = 1280;

/** PyTorch's settings of a normalization. */
const torchDefaults: BatchNormSettings = { eps: 1e-5, momentum: 0.1 };

/** Options of {@link Classify}. */
export interface ClassifyOptions {
  /** Whose rules apply (default v8). */
  family?: string;
  activation?: ActivationName;
}

/**
 * The head of classification models (YOLOv5 7.0, YOLOv8 8.3): a convolution 1×1 to 1280 channels, the mean over all cells,
 * dropout, a linear layer.
 *
 * Raw [N, 1, 1, nc]: logits. Decoded [N, 1, nc]: probabilities.
 */
export class Classify extends Head {
  override readonly family: string;
  override readonly task = "classify";
  override readonly nc: number;
  override readonly regMax = 0;
  override readonly anchors: readonly [] = [];
  override readonly batchNorm: BatchNormSettings | undefined;
  readonly conv: Conv;
  readonly linear: Linear;

  constructor(nc: number, input: number, { family = "v8", activation = "silu" }: ClassifyOptions = {}) {
    super();
    this.family = family;
    this.nc = nc;
    // YOLOv5 cuts classification models out of detectors, whose settings differ; later families leave PyTorch's as they are.
    this.batchNorm = family === "v5" ? undefined : torchDefaults;
    this.conv = this.child("conv", new Conv(input, hidden, { activation }));
    Object.assign(this.conv.bn ?? {}, torchDefaults);
    this.linear = this.child("linear", new Linear(hidden, nc));
  }

  /** Predictions have no place: there is no grid. */
  override setStrides(): void {
    super.setStrides([1]);
  }

  override forward([x]: tf.Tensor4D[], { kept }: Readonly<Record<string, tf.Tensor>> = {}): tf.Tensor4D[] {
    const pooled = tf.mean(this.conv.forward(x as tf.Tensor4D), [1, 2]);
    const [n = 0] = pooled.shape;
    const vectors = kept === undefined ? pooled : tf.mul(pooled, kept);
    const logits = this.linear.forward(tf.reshape(vectors, [n, 1, hidden]));
    return [tf.reshape(logits, [n, 1, 1, this.nc])];
  }

  /** Dropout (Srivastava et al., 2014): factors of each image's vector, 0 or 1 / (1 − dropout), [images, 1280]. */
  override draw(images: number, rng: Random): Record<string, DrawnInput> {
    if (this.dropout === 0) return {};
    const share = 1 - this.dropout;
    const data = Float32Array.from({ length: images * hidden }, () => (rng.uniform(0, 1) < share ? 1 / share : 0));
    return { kept: { data, shape: [images, hidden] } };
  }

  override decode([logits]: tf.Tensor4D[]): tf.Tensor3D {
    const [n, , , nc] = (logits as tf.Tensor4D).shape;
    return tf.tidy(() => tf.softmax(tf.reshape(logits as tf.Tensor4D, [n, 1, nc])));
  }

  override outputShapes([input]: Shape[], cost?: Cost): Shape[] {
    this.conv.outputShape(input as Shape, cost);
    return [this.linear.outputShape([1, 1, hidden], cost)];
  }

  /** Leaves the biases as they are drawn: there are no anchors that could be many. */
  override resetBiases(): void {}
}

/** `Classify: [nc]`. */
export const classifySpec: ModuleSpec = {
  build({ args, inputs, activation, nc, family }) {
    args.classes(nc);
    const input = inputs.only();
    return { module: new Classify(nc, input, { family, activation }), args: [input, nc] };
  },
};
