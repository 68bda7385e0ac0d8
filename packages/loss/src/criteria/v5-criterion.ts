import type { DetectionModel } from "@lookonce/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { AnchorAssigner } from "../assigners/anchor-assigner.ts";
import { type AnchorTargetTensors, anchorTargetInputs } from "../assigners/anchor-targets.ts";
import type { HostTensor } from "../targets.ts";
import { type BatchPart, type Criterion, type CriterionLoss, lossOf, type TrainBatch } from "./criterion.ts";
import { type BalanceMode, LevelBalance } from "./level-balance.ts";
import { scaleV5Gains, type V5Gains, type V5LossOptions, v5DetectionLoss } from "./v5-detection.ts";

/** Options of {@link V5Criterion}. */
export interface V5CriterionOptions extends Omit<V5LossOptions, "nc" | "gains" | "balance"> {
  /** Meant for 3 levels, 80 classes and 640 pixels; they are fitted to the model and `imgsz`. */
  gains: V5Gains;
  /** Side of the images, in pixels. */
  imgsz: number;
  /** Largest ratio of a target's side to an anchor's. Default 4. */
  threshold?: number;
  /** How the levels' objectness losses are weighted. Default `fixed`. */
  balance?: BalanceMode;
}

/** What the losses of YOLOv5's tasks have in common: targets are assigned to anchors on the host, before the step. */
export abstract class AnchorCriterion<T extends AnchorTargetTensors> implements Criterion<T> {
  abstract readonly parts: readonly string[];
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly state: ReadonlyMap<string, tf.Variable>;
  protected readonly assigner: AnchorAssigner;
  protected readonly options: V5LossOptions;
  readonly #balance: LevelBalance;

  constructor(model: Pick<DetectionModel, "strides" | "nc" | "anchors">, options: V5CriterionOptions) {
    const { gains, imgsz, threshold, balance: mode = "fixed", ...rest } = options;
    const { strides, nc, anchors } = model;
    this.assigner = new AnchorAssigner({ anchors, strides, threshold });
    this.#balance = new LevelBalance({ strides, mode });
    this.parameters = this.#balance.parameters;
    this.state = this.#balance.state;
    const scaled = scaleV5Gains(gains, { nl: strides.length, nc, imgsz });
    this.options = { ...rest, nc, gains: scaled, balance: this.#balance };
  }

  abstract inputs(batch: TrainBatch): Record<keyof T, HostTensor>;
  abstract loss(raw: readonly tf.Tensor4D[], targets: T, whole?: BatchPart): CriterionLoss;

  dispose(): void {
    this.#balance.dispose();
  }
}

/** YOLOv5's loss: box (CIoU), obj and cls. */
export class V5Criterion extends AnchorCriterion<AnchorTargetTensors> {
  readonly parts = ["box", "obj", "cls"] as const;

  inputs({ targets, count, height, width }: TrainBatch): Record<keyof AnchorTargetTensors, HostTensor> {
    return anchorTargetInputs(this.assigner.assign(targets, { count, height, width }));
  }

  loss(raw: readonly tf.Tensor4D[], targets: AnchorTargetTensors, whole?: BatchPart): CriterionLoss {
    return lossOf(v5DetectionLoss(raw, targets, { ...this.options, whole }), this.parts);
  }
}
