import type * as tf from "@tensorflow/tfjs-core";
import type { ModuleSpec } from "../config/module-spec.ts";
import { ModuleList, Sequential } from "../containers.ts";
import type { ExtrasDecoding } from "../decode/anchor-free.ts";
import { keypointsInPixels } from "../decode/pose.ts";
import type { BranchName } from "../head.ts";
import type { Layer } from "../module.ts";
import { Conv2d } from "./conv2d.ts";
import { DetectV8 } from "./detect-v8.ts";
import { branchPrefix, plainStep } from "./head-branch.ts";
import { type KeypointShape, type PoseOptions, poseSpecOf } from "./pose.ts";
import { RealNvp } from "./real-nvp.ts";

/**
 * YOLO26's head for poses (arXiv 2606.03748; Ultralytics 8.4): detection's, whose extras are the keypoints of each cell, one
 * after the other: offsets from the cell's center in cells. Decoded they are in pixels, with visibilities from 0 to 1.
 *
 * For training there are two deviations of each keypoint ({@link deviations}) and a flow that their likelihood comes from.
 */
export class Pose26 extends DetectV8 {
  override readonly task = "pose";
  override readonly extrasName = "keypoints";
  override readonly keypointOffsets = "center";
  override readonly keypointShape: KeypointShape;
  #flow: RealNvp | undefined;
  #deviations: ReadonlyMap<BranchName, ModuleList<Conv2d>>;

  constructor(nc: number, channels: readonly number[], { keypointShape, ...options }: PoseOptions) {
    const [count, values] = keypointShape;
    const extras = count * values;
    const extraWidth = Math.max(Math.floor((channels[0] as number) / 4), count * (values + 2));
    const step = plainStep(options.activation ?? "silu");
    const outputs = (width: number, output: number) => new ModuleList(channels.map(() => new Conv2d(width, output)));
    const makeExtras = (width: number): Record<string, ModuleList<Layer>> => ({
      cv4: new ModuleList(channels.map((c) => new Sequential<Layer>(step(c, width), step(width, width)))),
      cv4_kpts: outputs(width, extras),
    });
    super(nc, channels, { ...options, extras, extraWidth, makeExtras });
    this.keypointShape = keypointShape;
    this.#flow = this.child("flow_model", new RealNvp());
    const lists = this.branches.map((name) => {
      return [name, this.child(`${branchPrefix[name]}cv4_sigma`, outputs(extraWidth, 2 * count))] as const;
    });
    this.#deviations = new Map(lists);
  }

  /** The flow of the likelihood of keypoints; `undefined` once only inference is left. */
  get flow(): RealNvp | undefined {
    return this.#flow;
  }

  /** Logits of two deviations of each keypoint, [N, h, w, 2·keypoints] a level; none once only inference is left. */
  deviations(levels: readonly tf.Tensor4D[], branch: BranchName): tf.Tensor4D[] {
    const [trunks] = this.parts.find(({ name }) => name === branch)?.extras ?? [];
    const lists = this.#deviations.get(branch);
    if (trunks === undefined || lists === undefined) return [];
    return levels.map((map, i) => {
      const trunk = (trunks.items[i] as Layer).forward(this.inputOf(branch, map));
      return (lists.items[i] as Conv2d).forward(trunk);
    });
  }

  protected override get extrasDecoding(): ExtrasDecoding {
    const { keypointShape: shape, keypointOffsets: offsets } = this;
    return { count: this.extras, decode: (raw, level) => keypointsInPixels(raw, { ...level, offsets }, shape) };
  }

  override dropUnused(branch: BranchName | "all"): void {
    super.dropUnused(branch);
    for (const name of this.#deviations.keys()) this.removeChild(`${branchPrefix[name]}cv4_sigma`);
    this.removeChild("flow_model");
    this.#deviations = new Map();
    this.#flow = undefined;
  }
}

export const pose26Spec: ModuleSpec = poseSpecOf(Pose26);
