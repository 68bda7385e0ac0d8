import { createHash } from "node:crypto";
import type { Dataset } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
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
  const all = await ranks.all(await factsOf(start));
  const [first = {}] = all;
  for (const [rank, facts] of all.entries()) {
    const name = Object.keys({ ...first, ...facts }).find((key) => facts[key] !== first[key]);
    if (name === undefined) continue;
    const values = [facts, first].map(({ [name]: value = "nothing" }) => value);
    const differs = values.some((value) => isDigest(value)) ? "differs" : `is ${values.join(", not ")}`;
    throw new LookonceError(
      "ARGUMENT",
      `${name} of rank ${rank} ${differs} ${isDigest(values[0] ?? "") ? "from that of" : "as on"} rank 0: all ranks must train the same model on the same data with the same options.`,
    );
  }
}

async function factsOf({ model, options, settings, progress }: Start): Promise<Record<string, string>> {
  const { args: _, ...determining } = settings;
  const named = Object.entries(determining).map(([key, value]) => [key, JSON.stringify(value)]);
  const { data, valData } = options;
  return {
    ...Object.fromEntries(named),
    "the list of images": digest([listImages(options)]),
    "the labels": digest([data, ...(valData === undefined ? [] : [valData])].flatMap(labelsOf)),
    "the progress": JSON.stringify([progress.epoch, progress.iteration]),
    "the model": digest([...(await stateDict(model))].flatMap(([path, { data }]) => [path, data])),
  };
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
  return `sha256:${hash.digest("hex")}`;
}

function isDigest(value: string): boolean {
  return value.startsWith("sha256:");
}
