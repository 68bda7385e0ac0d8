import { ModuleList, Sequential } from "../containers.ts";
import type { ActivationName } from "../functional/silu.ts";
import type { BranchName } from "../head.ts";
import type { Layer } from "../module.ts";
import { Conv } from "./conv.ts";
import { Conv2d } from "./conv2d.ts";
import { DWConv } from "./dw-conv.ts";

/** Convolutions of one branch of an anchor-free head, one chain a level, finest first. */
export interface HeadBranch {
  readonly name: BranchName;
  /** Box distances, `cv2`. */
  readonly boxes: ModuleList<Sequential>;
  /** Class logits, `cv3`. */
  readonly classes: ModuleList<Sequential>;
  /** What a task predicts besides, `cv4` and perhaps further steps, each applied to the output of the one before. */
  extras: readonly ModuleList<Layer>[];
}

/** What precedes the names of a branch's modules: `one2one_cv2`. */
export const branchPrefix: Readonly<Record<BranchName, string>> = { one2many: "", one2one: "one2one_" };

/** Makes one convolution step of a chain. */
type MakeStep = (input: number, output: number) => Layer;

/** A convolution 3×3 with normalization and activation. */
export function plainStep(activation: ActivationName): MakeStep {
  return (input, output) => new Conv(input, output, { kernel: 3, activation });
}

/** A depthwise convolution 3×3 and one of 1×1, as in YOLO11's class branches. */
export function depthwiseStep(activation: ActivationName): MakeStep {
  return (input, output) =>
    new Sequential<Layer>(new DWConv(input, input, { kernel: 3, activation }), new Conv(input, output, { activation }));
}

/** Two steps and a convolution 1×1 with bias for each level of so many channels. */
export function chains(
  channels: readonly number[],
  { hidden, output, step }: { hidden: number; output: number; step: MakeStep },
): ModuleList<Sequential> {
  return new ModuleList(
    channels.map((c) => new Sequential<Layer>(step(c, hidden), step(hidden, hidden), new Conv2d(hidden, output))),
  );
}
