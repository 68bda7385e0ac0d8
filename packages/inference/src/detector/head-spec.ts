import { LookonceError } from "@lookonce/errors";
import type { HeadSpec } from "@lookonce/geometry";
import type { BranchName, DetectionModel } from "@lookonce/nn";

/** What decoding and selecting a model's predictions needs of its head, as plain data. */
export function headSpec({ nc, strides, regMax, anchors, head }: DetectionModel): HeadSpec {
  const { extras, keypointShape, keypointOffsets, angles, isEndToEnd: endToEnd, branches } = head;
  return {
    ...{ nc, strides, regMax, anchors, extras, keypointShape, keypointOffsets, angles, endToEnd },
    branches: branches.length,
  };
}

/** Which predictions of a model are wanted. */
export interface BranchChoice {
  /** Whether duplicates are suppressed; `false` uses the head's one-to-one branch, which predicts each object once. Default true. */
  nms?: boolean | undefined;
  /** Whether the raw maps of all branches are wanted, too; with suppression alone. Default false. */
  raw?: boolean | undefined;
}

/**
 * The branch of a model's head to fuse it for; `undefined` for the usual one.
 *
 * @throws LookonceError `ARGUMENT` without `nms` where the model has no one-to-one branch
 */
export function branchFor(
  { head, config }: Pick<DetectionModel, "head" | "config">,
  { nms = true, raw = false }: BranchChoice,
): BranchName | "all" | undefined {
  if (nms) return raw ? "all" : undefined;
  if (head.branches.includes("one2one") && !raw) return "one2one";
  const reason = raw
    ? "raw maps for losses are of both branches: leave nms out"
    : "nms=false needs a head with a one-to-one branch, as those of YOLO26 and YOLOv10: leave nms out, and duplicates are suppressed";
  throw new LookonceError("ARGUMENT", `${config.name}: ${reason}`);
}
