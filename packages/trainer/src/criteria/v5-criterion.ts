import type { StepInput } from "@lookonce/backend-onnxruntime";
import {
  AnchorAssigner,
  anchorTargetInputs,
  type BalanceMode,
  LevelBalance,
  readAnchorTargets,
  type V5LossOptions,
  v5DetectionLoss,
} from "@lookonce/loss";
import type { DetectionModel } from "@lookonce/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { Criterion, CriterionLoss, TrainBatch } from "./criterion.ts";

/** Options of {@link V5Criterion}; gains are those fitted to the model by `scaleV5Gains`. */
export interface V5CriterionOptions extends Omit<V5LossOptions, "nc" | "balance"> {
  /** `anchor_t`. Default 4. */
  anchorThreshold?: number;
  /** How the levels' objectness losses are weighed. Default `fixed`. */
  balance?: BalanceMode;
}

/** YOLOv5's loss: box (CIoU), obj and cls, with targets that are matched with anchors on the host, beside the step. */
export class V5Criterion implements Criterion {
  readonly parts = ["box", "obj", "cls"] as const;
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly state: ReadonlyMap<string, tf.Variable>;
  readonly #assigner: AnchorAssigner;
  readonly #balance: LevelBalance;
  readonly #options: V5LossOptions;

  constructor(
    { anchors, strides, nc }: Pick<DetectionModel, "anchors" | "strides" | "nc">,
    { balance, anchorThreshold = 4, ...options }: V5CriterionOptions = {},
  ) {
    this.#assigner = new AnchorAssigner({ anchors, strides, threshold: anchorThreshold });
    this.#balance = new LevelBalance({ strides, ...(balance === undefined ? {} : { mode: balance }) });
    this.#options = { ...options, nc, balance: this.#balance };
    this.parameters = this.#balance.parameters;
    this.state = this.#balance.state;
  }

  inputs({ targets, count, height, width }: TrainBatch): StepInput[] {
    return anchorTargetInputs(this.#assigner.assign(targets, { count, height, width }));
  }

  loss(raw: readonly tf.Tensor4D[], inputs: readonly tf.Tensor[]): CriterionLoss {
    const { total, box, obj, cls } = v5DetectionLoss(raw, readAnchorTargets(inputs), this.#options);
    return { total, parts: [box, obj, cls] };
  }

  dispose(): void {
    this.#balance.dispose();
  }
}
