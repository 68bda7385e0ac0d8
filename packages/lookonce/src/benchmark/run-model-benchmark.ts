import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onnxRuntimeDevices, withDefaults } from "@lookonce/config";
import type { Dataset, DatasetEntry } from "@lookonce/data";
import type { DeviceName } from "@lookonce/device";
import { LookonceError } from "@lookonce/errors";
import { writing } from "@lookonce/files";
import type { ExportOptions } from "../export/export-options.ts";
import { openDataset } from "../open-dataset.ts";
import { YOLO } from "../yolo.ts";
import {
  type BenchmarkFormat,
  defaultFormats,
  type ModelBenchmark,
  type ModelBenchmarkOptions,
  type ModelBenchmarkRow,
} from "./model-benchmark.ts";
import { scoreModel } from "./score-model.ts";

/** Measures a model in its formats; see `benchmarkModel`. */
export async function runModelBenchmark(options: ModelBenchmarkOptions): Promise<ModelBenchmark> {
  const { model, data, split, imgsz, fraction, log = () => {} } = withDefaults("benchmark", options);
  const dataset = await openDataset(data, { split, fraction, log });
  const source = await YOLO.load(model, { log });
  try {
    await requireClasses(source, dataset, imgsz);
    const devices = options.device ?? (await usableDevices());
    const folder = options.file ?? (await mkdtemp(join(tmpdir(), "lookonce-benchmark-")));
    try {
      await writing(folder, () => mkdir(folder, { recursive: true }));
      const run = new Run(source, { ...options, imgsz, folder, dataset });
      for (const format of options.format ?? defaultFormats) await run.measure(format, devices);
      return { model, data, imgsz, images: dataset.entries.length, rows: run.rows };
    } finally {
      if (options.file === undefined) await rm(folder, { recursive: true, force: true });
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
  const candidates: readonly DeviceName[] = onnxRuntimeDevices;
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

  /** Writes the model in a format and measures that on each device; what goes wrong becomes a row, too. */
  async measure(format: BenchmarkFormat, devices: readonly DeviceName[]): Promise<void> {
    let file: string;
    let size: { bytes?: number };
    try {
      ({ file, ...size } = await this.#write(format));
    } catch (error) {
      for (const device of devices) this.#report({ format, device, error: this.#reason(error) });
      return;
    }
    for (const device of devices) {
      try {
        this.#report({ format, device, ...size, ...(await this.#score(format, file, device)) });
      } catch (error) {
        this.#report({ format, device, ...size, error: this.#reason(error) });
      }
    }
  }

  async #write(format: BenchmarkFormat): Promise<{ file: string; bytes?: number }> {
    const { folder, imgsz, data, log = () => {} } = this.#settings;
    if (format === "source") return { file: this.#source.name, ...(await sizeOf(this.#source.name)) };
    const [written, precision] = format.split("-") as [string, ("half" | "int8")?];
    const path = join(folder, `${format}${endings[written]}`);
    const options: ExportOptions = { format: written, file: path, imgsz };
    if (precision !== undefined) options[precision] = true;
    if (format === "onnx-int8") options.data = data;
    log(`writing ${format}`);
    const { bytes } = await this.#source.export(options);
    return { file: written === "tfjs" ? join(path, "model.json") : path, bytes };
  }

  async #score(format: BenchmarkFormat, file: string, device: DeviceName): Promise<Partial<ModelBenchmarkRow>> {
    const { dataset, imgsz, threads, signal, onProgress } = this.#settings;
    const entries: readonly DatasetEntry[] = dataset.entries;
    const model = await YOLO.load(file, { device, threads });
    try {
      return await scoreModel(model, {
        entries,
        names: dataset.names,
        imgsz,
        signal,
        onProgress: (done) => onProgress?.({ format, device, done, images: entries.length }),
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
