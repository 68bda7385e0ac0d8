import { currentBackend, type OnnxRuntimeBackend } from "@lookonce/backend-onnxruntime";
import { defaultImgsz, makeRecipe } from "@lookonce/config";
import { type DatasetEntry, padTargets } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { familyOf } from "@lookonce/families";
import { withAngles, xyxyToXywh } from "@lookonce/geometry";
import type { TrainBatch } from "@lookonce/loss";
import { copyModel, type DetectionModel } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { meterFor } from "#memory-meter";
import { choosePrecision } from "../precision/choose-precision.ts";
import { Ranks } from "../ranks/ranks.ts";
import type { TrainOptions, TrainSettings } from "../train-options.ts";
import { createParts, disposeParts, type PartSettings, type TrainingParts } from "../training-parts.ts";
import { lrByGroup } from "../warmup.ts";
import { type AutoBatchReport, largestBatch, type Measurement } from "./largest-batch.ts";
import type { MemoryMeter } from "./memory-meter.ts";

/** Options of {@link autoBatch}. */
export interface AutoBatchOptions extends Pick<TrainSettings, "imgsz" | "recipe" | "freeze" | "amp"> {
  /** The most objects to expect in an image, mosaics included. Default 64. */
  objects?: number;
  /** The share of the free memory to fill. Default 0.6. */
  share?: number;
  /** The largest batch that makes sense, such as the number of images. Default 1024. */
  limit?: number;
  /** Measures the memory. Default: the process's, or an NVIDIA GPU's. */
  meter?: MemoryMeter;
}

/** The batches to try: at least three, until a step uses `clear` bytes, where noise does not matter. */
const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const clear = 512 * 2 ** 20;

/**
 * Finds the largest batch to train with: makes real training steps of 1, 2, 4, … images, forward to update, measures
 * the memory of each, and follows the line through them to the given share of what is free.
 *
 * The steps are those of a copy, on noise with boxes; the model is not changed.
 *
 * @throws LookonceError `DEVICE` where the device's memory cannot be seen
 */
export async function autoBatch(model: DetectionModel, options: AutoBatchOptions = {}): Promise<AutoBatchReport> {
  const { imgsz = defaultImgsz(model.task), freeze = 0, objects = 64, share = 0.6, limit = 1024 } = options;
  const backend = currentBackend();
  if (backend === undefined) {
    throw new LookonceError(
      "DEVICE",
      `batch -1 measures the memory of the devices cpu, webgpu and cuda, not of the backend "${tf.getBackend()}"; set the batch to a number.`,
    );
  }
  const { amp } = await choosePrecision(options.amp);
  const { nbs, optimizer, ...recipe } = makeRecipe(familyOf(model.family), options.recipe, model.task);
  // Of the optimizers that `auto` may stand for, none remembers more.
  const resolved = { ...recipe, nbs, optimizer: optimizer === "auto" ? "AdamW" : optimizer } as PartSettings["recipe"];
  const meter = options.meter ?? (await meterFor(backend.runtime.executionProviders[0] ?? "cpu"));
  await backend.freeGraphs();
  const free = await meter.free();
  const copy = await copyModel(model);
  const parts = await createParts(copy, { recipe: resolved, batch: 1, nbs, imgsz, freeze, amp });
  try {
    // Graphs beyond the backend's own budget would be compiled anew at every step.
    const budget = Math.min(share * free, backend.memoryBudget);
    const measured = await measureSteps(backend, { parts, meter, budget, imgsz, objects, limit });
    const batch = largestBatch(measured, { budget, nbs, limit });
    const tried = measured.map((one) => `${one.batch}: ${gibibytes(one.both)}`).join(", ");
    const fits = (measured[0]?.both ?? 0) <= budget ? "fits" : "is the smallest, and does not fit,";
    const line = `batch ${batch} ${fits} into ${gibibytes(budget)} of the ${gibibytes(free)} of ${meter.name} that are free (steps of ${tried})`;
    return { batch, line, free, measured };
  } finally {
    disposeParts(parts);
    copy.dispose();
    await backend.freeGraphs();
  }
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}

/**
 * Finds the batch of a training with {@link autoBatch}, for the largest images and the most objects it will see. Of several
 * ranks, the one with the least room decides; those on one machine share its memory.
 */
export async function largestTrainingBatch(
  model: DetectionModel,
  options: TrainOptions,
  ranks: Ranks = new Ranks(),
): Promise<AutoBatchReport> {
  const { data, imgsz = defaultImgsz(model.task), multiScale = false, recipe, freeze, amp } = options;
  const { mosaic } = makeRecipe(familyOf(model.family), recipe, model.task);
  // The largest size that multi-scale training draws.
  const largest = multiScale ? Math.floor((imgsz * 1.5) / model.maxStride) * model.maxStride : imgsz;
  const limit = Math.max(1, Math.floor(data.entries.length / ranks.size));
  const share = 0.6 / ranks.onThisMachine;
  const objects = maxObjects(data.entries, mosaic > 0);
  const own = await autoBatch(model, { imgsz: largest, recipe, limit, share, objects, freeze, amp });
  if (ranks.size === 1) return own;
  const least = Math.min(...(await ranks.all(own.batch)));
  return { ...own, batch: least * ranks.size, line: `${own.line}; ${ranks.size} ranks have ${least} images each` };
}

/** The most objects to expect in an image: those of the fullest one, or of a mosaic of four average ones. */
function maxObjects(entries: readonly Pick<DatasetEntry, "classes">[], isMosaic: boolean): number {
  const counts = entries.map(({ classes }) => classes.length);
  const fullest = counts.reduce((most, count) => Math.max(most, count), 1);
  const mean = counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length);
  return isMosaic ? Math.max(fullest, Math.ceil(4 * mean)) : fullest;
}

interface Measuring extends Required<Pick<AutoBatchOptions, "imgsz" | "objects" | "limit" | "meter">> {
  parts: TrainingParts;
  budget: number;
}

/** Measures steps of more and more images, as long as the next ones are sure to fit. */
async function measureSteps(backend: OnnxRuntimeBackend, options: Measuring): Promise<Measurement[]> {
  const { meter, parts, imgsz, objects, budget, limit } = options;
  const rng = new Random(0);
  const { nc, head } = parts.model;
  const [points = 0] = head.keypointShape ?? [];
  const measure = async (batch: number): Promise<Measurement> => {
    const images = noiseBatch({ count: batch, imgsz, objects, nc, points, rng });
    const still = { lr: lrByGroup(parts, 0), momentum: 0 };
    await backend.freeGraphs();
    const before = await meter.used();
    await parts.step.run(images, still);
    const update = (await meter.used()) - before;
    await parts.step.run(images, { ...still, optimizerStep: false });
    return { batch, update, both: (await meter.used()) - before };
  };
  // The first step of all allocates memory that later ones reuse.
  await measure(1);
  const measured: Measurement[] = [];
  for (const batch of sizes) {
    const largest = measured.at(-1)?.both ?? 0;
    const isEnough = measured.length >= 3 && largest > clear;
    if (measured.length >= 2 && (isEnough || batch > limit || 2 * largest > budget)) break;
    measured.push(await measure(batch));
  }
  return measured;
}

/** Bytes of noise that are drawn; they are repeated over the images. */
const noiseBytes = 65_536;

/**
 * Creates a batch of square images of noise with as many objects each, from a sixteenth to half of the side, with all that a
 * task may learn of an object: boxes, also as rotated ones, masks and keypoints.
 *
 * @param points keypoints of an object
 */
export function noiseBatch({
  rng,
  points = 0,
  ...sizes
}: Record<"count" | "imgsz" | "objects" | "nc", number> & { points?: number; rng: Random }): TrainBatch {
  const { count, imgsz, objects, nc } = sizes;
  const size = count * imgsz * imgsz * 3;
  const noise = Uint8Array.from({ length: Math.min(size, noiseBytes) }, () => rng.integer(0, 256));
  const images = new Uint8Array(size);
  for (let at = 0; at < size; at += noise.length) images.set(noise.subarray(0, size - at), at);
  const samples = Array.from({ length: count }, () => ({
    classes: Int32Array.from({ length: objects }, () => rng.integer(0, nc)),
    boxes: Float32Array.from(Array.from({ length: objects }, () => drawBox(imgsz, rng)).flat()),
  }));
  const targets = padTargets(samples);
  const side = Math.ceil(imgsz / 4);
  const labels = {
    rotated: withAngles(xyxyToXywh(targets.boxes), new Float32Array(targets.mask.length).fill(0.5)),
    keypoints: Float32Array.from({ length: targets.mask.length * points * 3 }, () => rng.uniform(1, imgsz)),
    masks: Uint8Array.from({ length: count * side * side }, (_, i) => i % (objects + 1)),
    maskSize: [side, side] as const,
  };
  return { images, count, height: imgsz, width: imgsz, targets: { ...targets, ...labels } };
}

function drawBox(imgsz: number, rng: Random): number[] {
  const [width, height] = [rng.uniform(imgsz / 16, imgsz / 2), rng.uniform(imgsz / 16, imgsz / 2)];
  const [x, y] = [rng.uniform(0, imgsz - width), rng.uniform(0, imgsz - height)];
  return [x, y, x + width, y + height];
}
