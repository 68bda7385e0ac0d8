import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dataset, DatasetEntry } from "@lookonce/data";
import type { DeviceName } from "@lookonce/device";
import { LookonceError } from "@lookonce/errors";
import { writing } from "@lookonce/files";
import type { ExportOptions } from "../export/export-options.ts";
import { openDataset } from "../open-dataset.ts";
import { YOLO } from "../yolo.ts";
import {
  type BenchmarkForm,
  type ModelBenchmark,
  type ModelBenchmarkOptions,
  type ModelBenchmarkRow,
  usualForms,
} from "./model-benchmark.ts";
import { scoreModel } from "./score-model.ts";

/** Devices on which exported models run. */
const candidates: readonly DeviceName[] = ["cpu", "webgpu", "cuda"];

/** Measures a model in its forms; see `benchmarkModel`. */
export async function runModelBenchmark(options: ModelBenchmarkOptions): Promise<ModelBenchmark> {
  const { model, data, split = "val", imgsz = 640, fraction = 1, log = () => {} } = options;
  const dataset = await openDataset(data, { split, fraction, log });
  const source = await YOLO.load(model, { log });
  try {
    await requireClasses(source, dataset, imgsz);
    const devices = options.devices ?? (await usableDevices());
    const folder = options.directory ?? (await mkdtemp(join(tmpdir(), "lookonce-benchmark-")));
    try {
      await writing(folder, () => mkdir(folder, { recursive: true }));
      const run = new Run(source, { ...options, imgsz, folder, dataset });
      for (const form of options.forms ?? usualForms) await run.measure(form, devices);
      return { model, data, imgsz, images: dataset.entries.length, rows: run.rows };
    } finally {
      if (options.directory === undefined) await rm(folder, { recursive: true, force: true });
    }
  } finally {
    await source.dispose();
  }
}

async function requireClasses(source: YOLO, { names }: Dataset, imgsz: number): Promise<void> {
  const { names: own } = await source.describe({ imgsz, rect: false });
  if (own.length === names.length) return;
  throw new LookonceError(
    "ARGUMENT",
    `${source.name} knows ${own.length} classes and the data set ${names.length}: choose the data set that it was trained on.`,
  );
}

async function usableDevices(): Promise<DeviceName[]> {
  const { availableDevices } = await import("@lookonce/device");
  const states = await availableDevices();
  return states.filter(({ device, usable }) => usable && candidates.includes(device)).map(({ device }) => device);
}

interface Settings extends ModelBenchmarkOptions {
  imgsz: number;
  folder: string;
  dataset: Dataset;
}

class Run {
  readonly rows: ModelBenchmarkRow[] = [];
  readonly #source: YOLO;
  readonly #settings: Settings;

  constructor(source: YOLO, settings: Settings) {
    this.#source = source;
    this.#settings = settings;
  }

  /** Writes the model in a form and measures that on each device; what goes wrong becomes a row, too. */
  async measure(form: BenchmarkForm, devices: readonly DeviceName[]): Promise<void> {
    let file: string;
    let size: { bytes?: number };
    try {
      ({ file, ...size } = await this.#write(form));
    } catch (error) {
      for (const device of devices) this.#report({ form, device, error: this.#reason(error) });
      return;
    }
    for (const device of devices) {
      try {
        this.#report({ form, device, ...size, ...(await this.#score(form, file, device)) });
      } catch (error) {
        this.#report({ form, device, ...size, error: this.#reason(error) });
      }
    }
  }

  async #write(form: BenchmarkForm): Promise<{ file: string; bytes?: number }> {
    const { folder, imgsz, data, log = () => {} } = this.#settings;
    if (form === "source") return { file: this.#source.name, ...(await sizeOf(this.#source.name)) };
    const [format, precision] = form.split("-") as [string, ("half" | "int8")?];
    const path = join(folder, `${form}${endings[format]}`);
    const options: ExportOptions = { format, file: path, imgsz };
    if (precision !== undefined) options[precision] = true;
    if (form === "onnx-int8") options.data = data;
    log(`writing ${form}`);
    const { bytes } = await this.#source.export(options);
    return { file: format === "tfjs" ? join(path, "model.json") : path, bytes };
  }

  async #score(form: BenchmarkForm, file: string, device: DeviceName): Promise<Partial<ModelBenchmarkRow>> {
    const { dataset, imgsz, threads, signal, onProgress } = this.#settings;
    const entries: readonly DatasetEntry[] = dataset.entries;
    const model = await YOLO.load(file, { device, ...(threads === undefined ? {} : { threads }) });
    try {
      return await scoreModel(model, {
        entries,
        names: dataset.names,
        imgsz,
        signal,
        onProgress: (done) => onProgress?.({ form, device, done, images: entries.length }),
      });
    } finally {
      await model.dispose();
    }
  }

  #report(row: ModelBenchmarkRow): void {
    this.rows.push(row);
    this.#settings.onRow?.(row);
  }

  /** What a person should know of a failure; stopping is none. */
  #reason(error: unknown): string {
    this.#settings.signal?.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}

const endings: Readonly<Record<string, string>> = {
  onnx: ".onnx",
  tfjs: "_web_model",
  safetensors: ".safetensors",
  torch: ".pt",
};

/** Size of the model's own file; names that stand for one in the cache have none here. */
async function sizeOf(path: string): Promise<{ bytes?: number }> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? { bytes: found.size } : {};
}
