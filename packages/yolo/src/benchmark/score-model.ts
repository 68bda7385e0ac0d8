import type { Dataset } from "@lookonce/data";
import type { Detector } from "@lookonce/inference";
import { buildModel } from "../build-model.ts";
import { describeMissing } from "../describe-problem.ts";
import { findModel } from "../model-source.ts";
import type { LogOptions } from "../open-dataset.ts";
import { Place, type PlaceOptions } from "../place.ts";
import { YOLO } from "../yolo.ts";

/** Images that are processed before the clock runs: networks are compiled and workers started by them. */
const warmUp = 8;

/** Most images that are timed. */
const maxTimed = 256;

const batch = 16;

interface ScoreModelOptions extends PlaceOptions, LogOptions {
  dataset: Dataset;
  imgsz: number;
  onProgress?: (done: number) => void;
  signal?: AbortSignal | undefined;
}

/** What a model is worth and how fast it is. */
export interface ModelScore {
  /** The task's measure of how good the model is, by which weights are chosen. */
  fitness: number;
  /** The task's scores of all classes by their names, such as `mAP50`, `mask mAP50` or `top1`. */
  scores: Readonly<Record<string, number>>;
  /** Mean time of the network for an image, in milliseconds. */
  milliseconds: number;
  imagesPerSecond: number;
}

/**
 * Scores the model of a file by its task's metrics, and times it as a user would use it, from image files to results.
 *
 * Files of fixed size accept squares; what is compared is to see the same.
 */
export async function scoreModel(file: string, options: ScoreModelOptions): Promise<ModelScore> {
  const { dataset, imgsz, onProgress, signal, log } = options;
  const speed = await timeModel(file, options);
  const detector = await openDetector(file, options);
  try {
    const images = dataset.entries.length;
    const { validateDetector } = await import("@lookonce/trainer");
    const { fitness, table, unreadable } = await validateDetector(detector, dataset, {
      ...{ imgsz, batch, rect: false, multiLabel: false, signal },
      onProgress: ({ done }) => onProgress?.(Math.min(images, done * batch)),
    });
    if (unreadable !== undefined) log?.(await describeMissing(unreadable));
    return { fitness, scores: table[0].scores, ...speed };
  } finally {
    await detector.dispose();
  }
}

async function timeModel(
  file: string,
  { dataset, imgsz, device, threads, signal }: ScoreModelOptions,
): Promise<Pick<ModelScore, "milliseconds" | "imagesPerSecond">> {
  const model = await YOLO.load(file, { device, threads });
  try {
    const options = { imgsz, rect: false, onSkip: () => {} };
    const paths = dataset.entries.slice(0, maxTimed).map(({ path }) => path);
    for await (const _ of model.stream(paths.slice(0, warmUp), options)) signal?.throwIfAborted();
    let [done, network] = [0, 0];
    const start = performance.now();
    for await (const { speed } of model.stream(paths, options)) {
      signal?.throwIfAborted();
      network += speed.inference;
      done++;
    }
    const seconds = (performance.now() - start) / 1000;
    return { milliseconds: network / done, imagesPerSecond: done / seconds };
  } finally {
    await model.dispose();
  }
}

async function openDetector(file: string, options: ScoreModelOptions): Promise<Detector> {
  const { createFileDetector, ModelDetector } = await import("@lookonce/inference");
  const source = await findModel(file);
  const place = new Place(options);
  const engine = await place.engine();
  if (source.kind === "onnx" || source.kind === "tfjs") return createFileDetector(source.name, engine);
  await place.enterHost();
  const model = await buildModel(source, { seed: 0, use: "benchmark" });
  return ModelDetector.create(model, { ...engine, own: true, capacity: 1 });
}
