import type { DetectionModel, Head } from "@lookonce/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { AssignmentRules } from "../assigners/task-aligned-assigner.ts";
import { type HostTensor, type PaddedTargets, paddedInputs } from "../targets.ts";
import type { V8Gains, V8LossOptions } from "./anchor-free.ts";
import { type BatchPart, type CriterionLoss, StatelessCriterion, type TrainBatch } from "./criterion.ts";
import { v8DetectionLoss } from "./v8-detection.ts";

/** What the loss of a model without anchors reads of it; of its head how it writes keypoints and angles, YOLOv8's way by default. */
export interface AnchorFreeModel extends Pick<DetectionModel, "strides" | "nc" | "regMax"> {
  head?: Partial<Pick<Head, "keypointOffsets" | "angles">>;
}

/** What the losses of YOLOv8's tasks have in common: targets are assigned by task alignment within the step. */
export abstract class AnchorFreeCriterion<T extends PaddedTargets, G = V8Gains> extends StatelessCriterion<T> {
  protected readonly options: Pick<V8LossOptions, "strides" | "nc" | "regMax"> &
    AssignmentRules & { gains: Partial<G> };

  protected readonly head: Pick<Head, "keypointOffsets" | "angles">;

  /** @param rules how objects are assigned; default as YOLOv8 8.3 does */
  constructor({ strides, nc, regMax, head }: AnchorFreeModel, gains: Partial<G> = {}, rules: AssignmentRules = {}) {
    super();
    this.head = { keypointOffsets: head?.keypointOffsets ?? "corner", angles: head?.angles ?? "logits" };
    this.options = { strides, nc, regMax, gains, ...rules };
  }

  /** How the loss of the distances is called: `dfl` of distributions, `l1` of the distances themselves. */
  protected get sides(): "dfl" | "l1" {
    return this.options.regMax === 1 ? "l1" : "dfl";
  }
}

/** YOLOv8's loss: box (CIoU), cls, and dfl or, with one bin a side, l1. */
export class V8Criterion extends AnchorFreeCriterion<PaddedTargets> {
  readonly parts: readonly string[] = ["box", "cls", this.sides];

  inputs({ count, targets }: TrainBatch): Record<keyof PaddedTargets, HostTensor> {
    return paddedInputs(count, targets);
  }

  loss(raw: readonly tf.Tensor4D[], targets: PaddedTargets, whole?: BatchPart): CriterionLoss {
    const { total, box, cls, dfl } = v8DetectionLoss(raw, targets, { ...this.options, whole });
    return { total, parts: [box, cls, dfl] };
  }
}
