import type { DetectionModel } from "@lookonce/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { type HostTensor, type PaddedTargets, paddedInputs } from "../targets.ts";
import type { V8Gains, V8LossOptions } from "./anchor-free.ts";
import { type CriterionLoss, lossOf, StatelessCriterion, type TrainBatch } from "./criterion.ts";
import { v8DetectionLoss } from "./v8-detection.ts";

/** What the losses of YOLOv8's tasks have in common: targets are assigned by task alignment within the step. */
export abstract class AnchorFreeCriterion<T extends PaddedTargets, G = V8Gains> extends StatelessCriterion<T> {
  protected readonly options: Pick<V8LossOptions, "strides" | "nc" | "regMax"> & { gains: Partial<G> };

  constructor({ strides, nc, regMax }: Pick<DetectionModel, "strides" | "nc" | "regMax">, gains: Partial<G> = {}) {
    super();
    this.options = { strides, nc, regMax, gains };
  }
}

/** YOLOv8's loss: box (CIoU), cls and dfl. */
export class V8Criterion extends AnchorFreeCriterion<PaddedTargets> {
  readonly parts = ["box", "cls", "dfl"] as const;

  inputs({ count, targets }: TrainBatch): Record<keyof PaddedTargets, HostTensor> {
    return paddedInputs(count, targets);
  }

  loss(raw: readonly tf.Tensor4D[], targets: PaddedTargets): CriterionLoss {
    return lossOf(v8DetectionLoss(raw, targets, this.options), this.parts);
  }
}
