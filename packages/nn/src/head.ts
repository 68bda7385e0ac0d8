import { LookonceError } from "@lookonce/errors";
import type { Random } from "@lookonce/random";
import type * as tf from "@tensorflow/tfjs-core";
import type { CellPositions } from "./decode/cell-positions.ts";
import type { KeypointOffsets } from "./decode/pose.ts";
import { Module } from "./module.ts";
import type { Cost, Shape } from "./shape.ts";

/** Options of {@link Head.resetBiases}. */
export interface ResetBiasesOptions {
  /** How often each class occurs; only YOLOv5's head makes use of it. */
  classFrequency?: readonly number[];
}

/** Settings of a model's normalizations. */
export interface BatchNormSettings {
  /** What is added to variances. */
  eps: number;
  /** Share of a batch in the running statistics. */
  momentum: number;
}

/** What a training step draws at random, as one of its inputs. */
export interface DrawnInput {
  data: Float32Array;
  shape: number[];
}

/** A branch of a head: trained with several predictions for an object, which are suppressed later, or with one. */
export type BranchName = "one2many" | "one2one";

/** What {@link Head.splitMaps} returns. */
export interface SplitMaps<T> {
  /** The levels of the only branch, or of the one-to-many one, finest first. */
  levels: T[];
  /** The levels of the one-to-one branch beside it; empty where there is one branch. */
  oneToOne: T[];
  prototypes: T | undefined;
}

/** The last module of a model: from feature maps, finest first, to predictions. */
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
  /** Numbers of an anchor after its classes: mask coefficients, keypoints, an angle. */
  readonly extras: number = 0;
  /** What the extras are, for people. */
  readonly extrasName: string = "";
  /** Number of keypoints and of values of each, of heads that predict any. */
  readonly keypointShape: readonly [count: number, values: number] | undefined = undefined;
  /** What its numbers of a keypoint are. */
  readonly keypointOffsets: KeypointOffsets = "corner";
  /** What its number of a rotated box is: the angle, or a logit of it. */
  readonly angles: "radians" | "logits" = "logits";
  /** Channels of the map of prototypes, which comes after the levels' maps; 0 where there is none. */
  readonly prototypes: number = 0;
  /** Settings of the normalizations of the whole model, where they are not the usual ones. */
  readonly batchNorm: BatchNormSettings | undefined = undefined;

  /** Share of a vector's numbers that training sets to 0; only heads for classification have such a vector. */
  dropout = 0;

  /** The branches that it has. */
  get branches(): readonly BranchName[] {
    return ["one2many"];
  }

  /** Whether its predictions are those of a one-to-one branch alone, of which none is suppressed. */
  get isEndToEnd(): boolean {
    return this.branches[0] === "one2one";
  }

  /**
   * Predictions of each level before any decoding, [N, h, w, outputs per cell], extras last: the one-to-many levels, the
   * one-to-one levels, then perhaps prototypes.
   *
   * @param drawn in training, what {@link draw} returned for the batch
   */
  abstract forward(levels: tf.Tensor4D[], drawn?: Readonly<Record<string, tf.Tensor>>): tf.Tensor4D[];

  /** Draws what a training step of so many images reads at random, by name: nothing, unless a head does. */
  draw(_images: number, _rng: Random): Record<string, DrawnInput> {
    return {};
  }

  /** Splits what {@link forward} returns into the maps of the levels, by branch, and that of prototypes. */
  splitMaps<T = tf.Tensor4D>(raw: readonly T[]): SplitMaps<T> {
    const end = raw.length - (this.prototypes > 0 ? 1 : 0);
    const count = end / this.branches.length;
    return { levels: raw.slice(0, count), oneToOne: raw.slice(count, end), prototypes: raw[end] };
  }

  /**
   * Decodes the levels' maps to boxes in pixels, probabilities and extras, [N, A, 4 + nc + extras] or [N, A, 5 + nc + extras];
   * `cells` are a constant by default. What comes after as many maps as there are levels is not read.
   */
  abstract decode(raw: tf.Tensor4D[], cells?: CellPositions): tf.Tensor3D;

  /** Shapes of what {@link forward} returns; adds what it would cost to `cost`. */
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

  /** Starts further branches as copies of the first: nothing, where there is one. */
  copyBranches(): void {}

  /**
   * Removes what inference by one branch, or by all, does not need: other branches and what only training has.
   *
   * @throws LookonceError `ARGUMENT` where it has no such branch
   */
  dropUnused(branch: BranchName | "all"): void {
    if (branch === "all" || this.branches.includes(branch)) return;
    const reason =
      branch === "one2one"
        ? "has no one-to-one branch, only models such as YOLO26 and YOLOv10 have: use it with suppression"
        : "has its one-to-one branch alone: it was fused for predictions without suppression";
    throw new LookonceError("ARGUMENT", `the model ${reason}`);
  }
}
