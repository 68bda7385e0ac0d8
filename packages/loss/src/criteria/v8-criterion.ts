import type { DetectionModel } from "@lookonce/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { type HostTensor, type PaddedTargets, paddedInputs } from "../targets.ts";
import type { V8Gains } from "./anchor-free.ts";
import { type CriterionLoss, StatelessCriterion, type TrainBatch } from "./criterion.ts";
import { v8DetectionLoss } from "./v8-detection.ts";

/** YOLOv8's loss: box (CIoU), cls and dfl, with targets that are assigned by task alignment within the step. */
export class V8Criterion extends StatelessCriterion<PaddedTargets> {
  readonly parts = ["box", "cls", "dfl"] as const;
  readonly #model: Pick<DetectionModel, "strides" | "nc" | "regMax">;
  readonly #gains: Partial<V8Gains>;

  constructor(model: Pick<DetectionModel, "strides" | "nc" | "regMax">, gains: Partial<V8Gains> = {}) {
    super();
    this.#model = model;
    this.#gains = gains;
  }

  inputs({ count, targets }: TrainBatch): Record<keyof PaddedTargets, HostTensor> {
    return paddedInputs(count, targets);
  }

  loss(raw: readonly tf.Tensor4D[], targets: PaddedTargets): CriterionLoss {
    const { strides, nc, regMax } = this.#model;
    const { total, box, cls, dfl } = v8DetectionLoss(raw, targets, { strides, nc, regMax, gains: this.#gains });
    return { total, parts: [box, cls, dfl] };
  }
}
