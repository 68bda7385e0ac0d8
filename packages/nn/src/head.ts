import type * as tf from "@tensorflow/tfjs-core";
import type { CellPositions } from "./decode/cell-positions.ts";
import { Module } from "./module.ts";
import type { Cost, Shape } from "./shape.ts";

/** Options of {@link Head.resetBiases}. */
export interface ResetBiasesOptions {
  /** How often each class occurs; only YOLOv5's head makes use of it. */
  classFrequency?: readonly number[];
}

/** The last module of a detector: from feature maps, finest first, to predictions. */
export abstract class Head extends Module {
  /** Name of the family whose rules apply: thresholds, rounding, loss (`@lookonce/families`). */
  abstract readonly family: string;
  /** What it predicts, such as `detect`. */
  readonly task: string = "detect";
  #strides: readonly number[] = [];
  /** Number of classes. */
  abstract readonly nc: number;
  /** Bins per side of a box; 0 where boxes are not distributions. */
  abstract readonly regMax: number;
  /** Anchors in cells, [level][anchor] = [width, height]; empty without anchors. */
  abstract readonly anchors: readonly (readonly [number, number][])[];

  /** Predictions of each level before any decoding, [N, h, w, outputs per cell]. */
  abstract forward(levels: tf.Tensor4D[]): tf.Tensor4D[];

  /** Decodes to boxes in pixels and probabilities, [N, A, 4 + nc] or [N, A, 5 + nc]; `cells` are a constant by default. */
  abstract decode(raw: tf.Tensor4D[], cells?: CellPositions): tf.Tensor3D;

  /** Shapes of the raw predictions; adds what they would cost to `cost`. */
  abstract outputShapes(levels: Shape[], cost?: Cost): Shape[];

  /** Pixels per cell of each level; set once the network's shapes are known. */
  get strides(): readonly number[] {
    return this.#strides;
  }

  setStrides(strides: readonly number[]): void {
    this.#strides = strides;
  }

  /** Sets the output biases so that a fresh network starts with few detections (Lin et al., arXiv 1708.02002, 3.3). */
  abstract resetBiases(options?: ResetBiasesOptions): void;
}
