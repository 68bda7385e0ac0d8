import type { ActivationName } from "../functional/silu.ts";
import type { Module } from "../module.ts";
import type { Args } from "./args.ts";

/** Release of YOLOv5 whose rules an anchor-based head follows where 6.1 and 7.0 differ. */
export type V5Release = "6.1" | "7.0";

/** What a module is built from: one layer of a model file and the settings of the whole model. */
export interface BuildContext {
  args: Args;
  /** The channels of each input map, and of the only one, which fails when there are several. */
  inputs: { readonly channels: readonly number[]; only(): number };
  /** Repeats after scaling by depth. */
  repeats: number;
  /**
   * Channels after scaling by width, a multiple of 8. A layer with as many as the head has outputs is left as it is, unless
   * these are channels inside of a module.
   */
  scaleWidth(channels: number, options?: { isInner?: boolean }): number;
  activation: ActivationName;
  nc: number;
  /** Bins per side of an anchor-free box. */
  regMax: number;
  /** Whether the head has a second branch, which finds every object once (`end2end`). */
  endToEnd: boolean;
  release: V5Release;
  /** Whose rules a head follows that has no anchors. */
  family: string;
  /** Where the biases of anchor-free box distances start. */
  boxBias: number;
  /** Side of a Bottleneck's first filter: 1 in models with anchors (YOLOv5), 3 in others (YOLOv8). */
  bottleneckKernel: 1 | 3;
  /** Key of `scales` that was chosen. */
  scale: string | undefined;
  /** Whether the head's class branches are depthwise: in models with a module that says so (Ultralytics 8.4). */
  depthwiseClasses: boolean;
}

/** How a module is made from a layer. Layers with repeats become a chain, unless the module repeats inside itself. */
export interface ModuleSpec {
  repeatsInside?: boolean;
  /** Of heads: whether these arguments make it one with anchors. Default: never. */
  isAnchorBased?(args: readonly unknown[]): boolean;
  /** Whether class branches are depthwise in heads of models with this module: in stages since YOLOv10's. Default: not. */
  depthwiseClasses?: boolean;
  /**
   * Returns the module and the arguments to show for it; `parts` says which map it reads of each layer, where that has several.
   */
  build(context: BuildContext): { module: Module; args: unknown[]; parts?: readonly number[] };
}
