import type * as tf from "@tensorflow/tfjs-core";
import { AnchorAssigner, type AnchorAssignerOptions } from "../assigners/anchor-assigner.ts";
import { anchorTargetInputs, readAnchorTargets } from "../assigners/anchor-targets.ts";
import type { BatchSize, HostTargets, HostTensor } from "../host-targets.ts";
import type { Criterion, CriterionLoss } from "./criterion.ts";
import { type BalanceMode, LevelBalance } from "./level-balance.ts";
import { type V5LossOptions, v5DetectionLoss } from "./v5-detection.ts";

/** Settings of {@link V5Criterion}. */
export interface V5CriterionOptions extends AnchorAssignerOptions, Omit<V5LossOptions, "balance"> {
  /** How the levels' objectness losses are weighed. Default `fixed`. */
  balance?: BalanceMode | LevelBalance;
}

/** YOLOv5's loss for a training step: targets are built on the host, `v5DetectionLoss` is what is recorded. */
export class V5Criterion implements Criterion {
  readonly parts = ["box", "obj", "cls"] as const;
  readonly assigner: AnchorAssigner;
  readonly balance: LevelBalance;
  readonly #options: V5LossOptions;

  /** @throws LookonceError `ARGUMENT` for settings that do not fit each other */
  constructor({ balance = "fixed", ...options }: V5CriterionOptions) {
    this.assigner = new AnchorAssigner(options);
    const { strides } = options;
    this.balance = typeof balance === "string" ? new LevelBalance({ strides, mode: balance }) : balance;
    this.#options = { ...options, balance: this.balance };
  }

  get parameters(): ReadonlyMap<string, tf.Variable> {
    return this.balance.parameters;
  }

  get buffers(): ReadonlyMap<string, tf.Variable> {
    return this.balance.buffers;
  }

  prepare(targets: HostTargets, size: BatchSize): HostTensor[] {
    return anchorTargetInputs(this.assigner.assign(targets, size));
  }

  evaluate(raw: readonly tf.Tensor4D[], inputs: readonly tf.Tensor[]): CriterionLoss {
    const { total, box, obj, cls } = v5DetectionLoss(raw, readAnchorTargets(inputs), this.#options);
    return { total, parts: [box, obj, cls] };
  }

  dispose(): void {
    this.balance.dispose();
  }
}
