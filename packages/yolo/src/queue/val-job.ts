import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { withDefaults } from "@lookonce/config";
import type { Dataset } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { writeWhole } from "@lookonce/files";
import type { DetectionModel } from "@lookonce/nn";
import type { FileRef, Job, JobOutput, RunnerContext } from "@lookonce/queue";
import type { ValidationCallbacks, Validator } from "@lookonce/trainer";
import { buildModel } from "../build-model.ts";
import { usedSide } from "../fit-side.ts";
import { findModel, type ModelSource } from "../model-source.ts";
import { labelsOf, openDataset } from "../open-dataset.ts";
import type { ValOptions } from "../options.ts";
import { Place, type PlaceOptions } from "../place.ts";
import { filesBelow, savedFolder } from "./predict-job.ts";
import { modelFile } from "./shared-files.ts";

/** Options of `YOLO.val`, without the data set and the place of results. */
export type ValSettings = Omit<ValOptions, "data" | "onProgress" | "signal" | "project" | "name" | "existOk">;

/** Some batches of a validation. */
export interface ValTask {
  model: FileRef;
  data: FileRef;
  options: ValSettings;
  /** Of the images and labels, as the one who queues it sees them. */
  digest: string;
  /** The first batch, and the one after the last. */
  from: number;
  to: number;
}

/** The file with what a part contributes to the scores, and that with the lines of label files. */
export const stateFile = "part.safetensors";
export const labelsFile = "labels.jsonl";

/** A validation that is about to be measured, in parts. */
export interface OpenedValidation {
  dataset: Dataset;
  validator: Validator;
}

/** Opens the data set of a validation, as `YOLO.val` does. */
export async function openValidation(
  source: ModelSource,
  model: DetectionModel,
  { data, log, ...options }: ValSettings & { data: string; log: (line: string) => void },
): Promise<OpenedValidation> {
  const { Validator } = await import("@lookonce/trainer");
  const { split, imgsz, singleCls, ...rest } = withDefaults("val", { ...options, data });
  const dataset = await openDataset(data, { ...(await labelsOf(model.task)), split, singleCls, log });
  const side = usedSide(imgsz, { source, model, log });
  return { dataset, validator: new Validator(dataset, model, { ...rest, imgsz: side, cache: "none" }) };
}

/** The validation that a worker's process measured last: the parts of a run come one after the other. */
export class LoadedValidation {
  readonly #place: PlaceOptions;
  #loaded: (OpenedValidation & { key: string; model: DetectionModel }) | undefined;

  constructor(place: PlaceOptions) {
    this.#place = place;
  }

  async get(
    task: ValTask,
    files: { model: string; data: string },
    log: (line: string) => void,
  ): Promise<OpenedValidation & { model: DetectionModel }> {
    const { options, digest } = task;
    const key = JSON.stringify([files, options, digest]);
    if (this.#loaded?.key === key) return this.#loaded;
    await this.#loaded?.validator.dispose();
    this.#loaded?.model.dispose();
    this.#loaded = undefined;
    const source = await findModel(files.model);
    await new Place(this.#place, log).enter();
    const model = await buildModel(source, { seed: 0, use: "validate" });
    const opened = await openValidation(source, model, { ...options, data: files.data, log });
    requireSame(opened.dataset, digest);
    this.#loaded = { ...opened, key, model };
    return this.#loaded;
  }
}

/** Measures some batches of a validation. */
export async function runValJob(job: Job, loaded: LoadedValidation, context: RunnerContext): Promise<JobOutput> {
  const task = job.task as unknown as ValTask;
  const { options, from, to } = task;
  const { folder, signal, log, progress } = context;
  const { localFile } = await import("@lookonce/queue");
  const files = { model: await modelFile(task.model, context), data: await localFile(task.data, context) };
  const { validator, model } = await loaded.get(task, files, log);
  const { encodeValidationPart, labelLinesOf, validationPlots } = await import("@lookonce/trainer");
  const directory = join(folder, savedFolder);
  const labels: string[] = [];
  const writers = await annotationWriters(directory, options);
  const callbacks: ValidationCallbacks[] = [
    ...writers,
    ...(options.plots ? [validationPlots({ directory, onNotice: log })] : []),
    ...(options.saveTxt
      ? [
          labelLinesOf((path, lines) => labels.push(JSON.stringify({ path, lines })), {
            conf: options.saveConf ?? false,
          }),
        ]
      : []),
  ];
  const part = await validator.runPart(model, {
    ...{ from, to, callbacks, signal },
    onProgress: ({ done, batches }) => progress({ done, total: batches, unit: "batches" }),
  });
  const own = validator.merge([part]);
  for (const writer of writers) await writer.onValEnd?.(own);
  await writeWhole(join(folder, stateFile), encodeValidationPart(part), { flush: false });
  await writeWhole(join(folder, labelsFile), labels.map((line) => `${line}\n`).join(""), { flush: false });
  return { data: { batches: to - from }, files: [stateFile, labelsFile, ...filesBelow(folder, savedFolder)] };
}

/** Those whose files are pieces of the whole validation's. */
async function annotationWriters(directory: string, options: ValSettings): Promise<ValidationCallbacks[]> {
  if (!options.saveJson) return [];
  const { cocoCategories } = await import("@lookonce/metrics");
  const { cocoJson, dotaText } = await import("@lookonce/trainer");
  const categories = options.cocoIds ? { categories: cocoCategories } : {};
  return [cocoJson(join(directory, "predictions.json"), categories), dotaText(join(directory, "dota"))];
}

function requireSame(dataset: Dataset, digest: string): void {
  if (datasetDigest(dataset) === digest) return;
  throw new LookonceError(
    "DATA",
    `${hostname()} sees other images or labels in ${dataset.root} than the machine that queued this validation: let both see the same folder.`,
  );
}

/** A digest of a data set's images, by name and size, and of their labels, wherever it is. */
export function datasetDigest({ entries, names, labels }: Dataset): string {
  const hash = createHash("sha256").update(JSON.stringify([names, labels]));
  for (const { path, width, height, classes, boxes } of entries) {
    hash.update(`${path.split(/[/\\]/).at(-1)} ${width} ${height}\n`);
    for (const { buffer, byteOffset, byteLength } of [classes, boxes]) {
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return hash.digest("hex");
}
