import type { DetectionModel } from "@lookonce/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { HostTensor, PaddedTargets } from "../targets.ts";
import type { Criterion, CriterionLoss, TrainBatch } from "./criterion.ts";
import { type V8Gains, v8DetectionLoss } from "./v8-detection.ts";

/** YOLOv8's loss: box (CIoU), cls and dfl, with targets that are assigned by task alignment within the step. */
export class V8Criterion implements Criterion<PaddedTargets> {
  readonly parts = ["box", "cls", "dfl"] as const;
  readonly parameters: ReadonlyMap<string, tf.Variable> = new Map();
  readonly state: ReadonlyMap<string, tf.Variable> = new Map();
  readonly #model: Pick<DetectionModel, "strides" | "nc" | "regMax">;
  readonly #gains: Partial<V8Gains>;

  constructor(model: Pick<DetectionModel, "strides" | "nc" | "regMax">, gains: Partial<V8Gains> = {}) {
    this.#model = model;
    this.#gains = gains;
  }

  inputs({ count, targets }: TrainBatch): Record<keyof PaddedTargets, HostTensor> {
    const shape = [count, targets.maxTargets];
    return {
      labels: { data: targets.labels, shape, dtype: "int32" },
      boxes: { data: targets.boxes, shape: [...shape, 4], dtype: "float32" },
      mask: { data: targets.mask, shape, dtype: "float32" },
    };
  }

  loss(raw: readonly tf.Tensor4D[], targets: PaddedTargets): CriterionLoss {
    const { strides, nc, regMax } = this.#model;
    const { total, box, cls, dfl } = v8DetectionLoss(raw, targets, { strides, nc, regMax, gains: this.#gains });
    return { total, parts: [box, cls, dfl] };
  }

  dispose(): void {}
}
