import { DetectionModel } from "../detection-model.ts";
import { outlineFused } from "../fuse.ts";
import type { BranchName } from "../head.ts";
import { type SummarizeOptions, summarize } from "./summarize.ts";

/** What a model costs once it is fused for inference by one of its branches. */
export interface FusedSummary {
  /** The branch that stays. */
  branch: BranchName;
  parameters: number;
  /** As those of a model that is not fused: 2 · multiply-accumulates of all convolutions for one image / 1e9. */
  gflops: number;
}

/** Counts what a model costs fused, by each branch of its head, from shapes alone. */
export function summarizeFused({ config, head }: DetectionModel, options: SummarizeOptions = {}): FusedSummary[] {
  return head.branches.map((branch) => {
    const fused = new DetectionModel(config);
    outlineFused(fused, { branch });
    const { parameters, gflops } = summarize(fused, options);
    return { branch, parameters, gflops };
  });
}
