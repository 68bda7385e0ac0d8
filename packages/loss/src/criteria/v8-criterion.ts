import type * as tf from "@tensorflow/tfjs-core";
import type { BatchSize, HostTargets, HostTensor } from "../host-targets.ts";
import type { PaddedTargets } from "../targets.ts";
import type { Criterion, CriterionLoss } from "./criterion.ts";
import { type V8LossOptions, v8DetectionLoss } from "./v8-detection.ts";

/** YOLOv8's loss for a training step: targets go in as they are padded, assignment is part of what is recorded. */
export class V8Criterion implements Criterion {
  readonly parts = ["box", "cls", "dfl"] as const;
  readonly parameters: ReadonlyMap<string, tf.Variable> = new Map();
  readonly buffers: ReadonlyMap<string, tf.Variable> = new Map();
  readonly #options: V8LossOptions;

  constructor(options: V8LossOptions) {
    this.#options = options;
  }

  prepare({ labels, boxes, mask, maxTargets }: HostTargets, { count }: BatchSize): HostTensor[] {
    const shape = [count, maxTargets];
    return [
      { data: labels, shape, dtype: "int32" },
      { data: boxes, shape: [...shape, 4], dtype: "float32" },
      { data: mask, shape, dtype: "float32" },
    ];
  }

  evaluate(raw: readonly tf.Tensor4D[], inputs: readonly tf.Tensor[]): CriterionLoss {
    const [labels, boxes, mask] = inputs;
    const { total, box, cls, dfl } = v8DetectionLoss(raw, { labels, boxes, mask } as PaddedTargets, this.#options);
    return { total, parts: [box, cls, dfl] };
  }

  dispose(): void {}
}
