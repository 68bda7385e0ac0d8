import type { Dataset } from "@lookonce/data";
import { createHash } from "@lookonce/files";
import { type DetectionModel, stateDict } from "@lookonce/nn";
import { listImages } from "../data-fingerprint.ts";
import type { ResolvedSettings, TrainOptions } from "../train-options.ts";
import type { TrainingProgress } from "../training-state.ts";
import type { Ranks } from "./ranks.ts";

/** What must be the same on all ranks. */
export interface Start {
  model: DetectionModel;
  options: Pick<TrainOptions, "data" | "valData">;
  settings: ResolvedSettings;
  progress: TrainingProgress;
}

/**
 * Checks that all ranks start the same training.
 *
 * @throws LookonceError `ARGUMENT` naming what differs, and on which rank
 */
export async function agreeOnStart(ranks: Ranks, start: Start): Promise<void> {
  if (ranks.size === 1) return;
  const { model, options, settings, progress } = start;
  const { data, valData } = options;
  // Files may have other paths on other machines
  const { args: _, ...determining } = settings;
  await ranks.agree({
    "the option": determining,
    "the digest of the list of images": digest([listImages(options)]),
    "the digest of the labels": digest([data, ...(valData === undefined ? [] : [valData])].flatMap(labelsOf)),
    "the progress": [progress.epoch, progress.iteration],
    "the digest of the model's weights": digest(
      [...(await stateDict(model))].flatMap(([path, { data }]) => [path, data]),
    ),
  });
}

function labelsOf({ entries }: Dataset): ArrayBufferView[] {
  return entries.flatMap(({ classes, boxes, polygons = [], keypoints }) => {
    return [classes, boxes, ...polygons, ...(keypoints === undefined ? [] : [keypoints])];
  });
}

function digest(parts: readonly (string | ArrayBufferView)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    hash.update(typeof part === "string" ? part : new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  return hash.digest("hex").slice(0, 16);
}
