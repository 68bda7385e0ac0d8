import { type BranchName, Head } from "./head.ts";
import type { Module } from "./module.ts";
import { Conv } from "./modules/conv.ts";
import { ParallelConvs } from "./modules/parallel-convs.ts";

/** Options of {@link fuse}. */
export interface FuseOptions {
  /** The branch of the head that stays, or `all`. Default: the one-to-many one, or the only one. */
  branch?: BranchName | "all" | undefined;
}

/**
 * Folds every batch normalization into the convolution before it, makes one convolution of those that stand side by side
 * (RepConv, RepVGGDW) and switches to inference: the same predictions but for rounding (about 1e-3 pixels), fewer operations.
 * What inference by that branch does not need is removed. It cannot be undone or trained further.
 *
 * @throws LookonceError `ARGUMENT` where the head has no such branch
 */
export async function fuse<T extends Module>(model: T, { branch }: FuseOptions = {}): Promise<T> {
  dropUnused(model, branch);
  await Promise.all(modulesOf(model, Conv).map((conv) => conv.fuse()));
  await Promise.all(modulesOf(model, ParallelConvs).map((pair) => pair.fuse()));
  return model.eval();
}

/** Makes a model one that is fused, for weights that are still to be loaded. */
export function outlineFused(model: Module, { branch }: FuseOptions = {}): void {
  dropUnused(model, branch);
  for (const conv of modulesOf(model, Conv)) conv.dropNorm();
  for (const pair of modulesOf(model, ParallelConvs)) pair.dropConvs();
}

function dropUnused(model: Module, branch: FuseOptions["branch"]): void {
  for (const module of model.namedModules().values()) {
    if (module instanceof Head) module.dropUnused(branch ?? (module.branches[0] as BranchName));
  }
}

function modulesOf<T extends Module>(model: Module, kind: abstract new (...args: never[]) => T): T[] {
  return [...model.namedModules().values()].filter((module): module is T => module instanceof kind);
}
