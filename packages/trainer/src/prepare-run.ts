import type { DetectionModel } from "@lookonce/nn";
import { prepareAnchors } from "./anchors/prepare-anchors.ts";
import { settleBatch } from "./auto-batch/settle-batch.ts";
import { choosePrecision } from "./precision/choose-precision.ts";
import type { RunInfo } from "./report/callbacks.ts";
import { type SettledSettings, settle } from "./run-parts.ts";
import type { TrainOptions } from "./train-options.ts";

/** What was found out before a new training began. */
export type Found = Pick<RunInfo, "anchors" | "autoBatch" | "precision">;

/** Settles what a new training leaves to the machine: precision, batch, and the anchors of YOLOv5 models. */
export async function prepareRun(
  model: DetectionModel,
  options: TrainOptions,
): Promise<{ settings: SettledSettings; found: Found }> {
  const precision = await choosePrecision(options.amp);
  const chosen = { ...options, amp: precision.amp };
  const autoBatch = await settleBatch(model, chosen);
  const settings = settle(model, autoBatch === undefined ? chosen : { ...chosen, batch: autoBatch.batch });
  const anchors = prepareAnchors(model, { ...settings, images: options.data.entries });
  const found = { ...(autoBatch === undefined ? {} : { autoBatch }), ...(anchors === undefined ? {} : { anchors }) };
  return { settings, found: { precision, ...found } };
}
