import { type BenchmarkArgs, type benchmarkFormats, onnxRuntimeDevices, withDefaults } from "@lookonce/config";
import type { Dataset } from "@lookonce/data";
import type { DeviceName } from "@lookonce/device";
import { LookonceError } from "@lookonce/errors";
import { join, mkdir, mkdtemp, rm, stat, tmpdir, writing } from "@lookonce/files";
import { type LogOptions, labelsOf, openDataset } from "../open-dataset.ts";
import type { ExportOptions } from "../options.ts";
import { YOLO } from "../yolo.ts";
import { type ModelScore, scoreModel } from "./score-model.ts";

/** What a benchmark can measure: the model itself, and what it can be exported as. */
export type BenchmarkFormat = (typeof benchmarkFormats)[number];

const defaultFormats = ["source", "onnx", "onnx-half", "onnx-int8", "tfjs", "safetensors", "torch"] as const;

/** Options of {@link benchmarkModel}. */
export interface ModelBenchmarkOptions extends BenchmarkArgs, LogOptions {
  /** Called with the progress of a row. */
  onProgress?: (progress: { format: BenchmarkFormat; device: DeviceName; done: number; images: number }) => void;
  /** Called with each row when it is measured. */
  onRow?: (row: ModelBenchmarkRow) => void;
  /** Stops it; it throws the signal's reason. */
  signal?: AbortSignal;
}

/** One format of the model on one device, with its score unless it failed. */
export interface ModelBenchmarkRow extends Partial<ModelScore> {
  format: BenchmarkFormat;
  device: DeviceName;
  /** Size of the file or folder; absent where there is none. */
  bytes?: number;
  /** Why nothing was measured. */
  error?: string;
}

/** What a benchmark found. */
export interface ModelBenchmark {
  model: string;
  data: string;
  imgsz: number;
  /** Images used for each row. */
  images: number;
  rows: ModelBenchmarkRow[];
}

/**
 * Measures a model as it is and in the formats that it can be written in, on every device that works: size, the
 * scores of its task on a data set, time of the network, images a second from file to results. What fails is a row with the reason.
 *
 * All formats see squares of `imgsz`, as files of fixed size do, so that their scores can be compared with each other, and a box
 * counts for its likeliest class, as in predictions; `YOLO.val` pads less, counts others too, and may differ a little.
 *
 * @throws LookonceError when the model or the data set cannot be used
 */
export async function benchmarkModel(options: ModelBenchmarkOptions): Promise<ModelBenchmark> {
  const { model, data, split, imgsz: wanted, fraction, log = () => {}, ...rest } = withDefaults("benchmark", options);
  const source = await YOLO.load(model, { log });
  const rows: ModelBenchmarkRow[] = [];
  let folder: string | undefined;
  try {
    const labels = await labelsOf(await source.task());
    const dataset = await openDataset(data, { ...labels, split, fraction, log });
    const { names, imgsz: sides } = await source.describe({
      ...(wanted === undefined ? {} : { imgsz: wanted }),
      rect: false,
    });
    requireClasses(source, { names, wanted: dataset.names });
    const imgsz = Math.max(...sides);
    const devices = options.device ?? (await usableDevices());
    const place = options.file ?? (await mkdtemp(join(tmpdir(), "lookonce-benchmark-")));
    folder = place;
    await writing(place, () => mkdir(place, { recursive: true }));
    for (const format of options.format ?? defaultFormats) {
      for await (const row of measure(source, format, { ...rest, data, imgsz, log, folder: place, dataset, devices })) {
        rows.push(row);
        options.onRow?.(row);
      }
    }
    return { model, data, imgsz, images: dataset.entries.length, rows };
  } finally {
    if (options.file === undefined && folder !== undefined) await rm(folder, { recursive: true, force: true });
    await source.dispose();
  }
}

function requireClasses(
  { name }: YOLO,
  { names, wanted }: { names: readonly string[]; wanted: readonly string[] },
): void {
  if (names.length === wanted.length) return;
  throw new LookonceError(
    "ARGUMENT",
    `${name} knows ${names.length} classes and the data set ${wanted.length}: choose the data set that it was trained on.`,
  );
}

async function usableDevices(): Promise<DeviceName[]> {
  const { availableDevices } = await import("@lookonce/device");
  const states = await availableDevices();
  const candidates: readonly DeviceName[] = onnxRuntimeDevices;
  return states.filter(({ device, usable }) => usable && candidates.includes(device)).map(({ device }) => device);
}

interface MeasureContext extends Pick<ModelBenchmarkOptions, "data" | "threads" | "signal" | "onProgress"> {
  imgsz: number;
  log: (line: string) => void;
  folder: string;
  dataset: Dataset;
  devices: readonly DeviceName[];
}

/** Writes the model in a format and measures that on each device; what goes wrong becomes a row, too. */
async function* measure(
  source: YOLO,
  format: BenchmarkFormat,
  context: MeasureContext,
): AsyncGenerator<ModelBenchmarkRow, void, undefined> {
  const { imgsz, dataset, devices, threads, signal, onProgress, log } = context;
  const reasonOf = (error: unknown): { error: string } => {
    // Stopping is no failure
    signal?.throwIfAborted();
    return { error: error instanceof Error ? error.message : String(error) };
  };
  const written = await write(source, format, context).catch(reasonOf);
  for (const device of devices) {
    if ("error" in written) {
      yield { format, device, ...written };
      continue;
    }
    const { file, ...size } = written;
    const images = dataset.entries.length;
    const report = (done: number): void => onProgress?.({ format, device, done, images });
    const options = { dataset, imgsz, device, threads, signal, onProgress: report, log };
    yield { format, device, ...size, ...(await scoreModel(file, options).catch(reasonOf)) };
  }
}

const endings: Readonly<Record<string, string>> = {
  onnx: ".onnx",
  tfjs: "_web_model",
  safetensors: ".safetensors",
  torch: ".pt",
};

async function write(
  source: YOLO,
  format: BenchmarkFormat,
  { folder, imgsz, data, log }: MeasureContext,
): Promise<{ file: string; bytes?: number }> {
  if (format === "source") return { file: source.name, ...(await sizeOf(source.name)) };
  const [written, precision] = format.split("-") as [string, ("half" | "int8")?];
  const path = join(folder, `${format}${endings[written]}`);
  const options: ExportOptions = { format: written, file: path, imgsz };
  if (precision !== undefined) options[precision] = true;
  if (format === "onnx-int8") options.data = data;
  log(`writing ${format}`);
  const { bytes } = await source.export(options);
  return { file: written === "tfjs" ? join(path, "model.json") : path, bytes };
}

/** Size of the model's own file; names that stand for one in the cache have none here. */
async function sizeOf(path: string): Promise<{ bytes?: number }> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? { bytes: found.size } : {};
}
