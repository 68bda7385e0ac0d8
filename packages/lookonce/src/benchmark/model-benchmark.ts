import type { DeviceName } from "@lookonce/device";

/** What a benchmark can measure: the model itself, and what it can be written as. */
export const benchmarkForms = [
  "source",
  "onnx",
  "onnx-half",
  "onnx-int8",
  "tfjs",
  "tfjs-half",
  "tfjs-int8",
  "safetensors",
  "torch",
] as const;

/** One of {@link benchmarkForms}. */
export type BenchmarkForm = (typeof benchmarkForms)[number];

/** Those that are measured by default. */
export const usualForms: readonly BenchmarkForm[] = [
  "source",
  "onnx",
  "onnx-half",
  "onnx-int8",
  "tfjs",
  "safetensors",
  "torch",
];

/** Options of `benchmarkModel`. */
export interface ModelBenchmarkOptions {
  /** The model's file. */
  model: string;
  /** The data set file whose images are used. */
  data: string;
  /** `val` (default), `test` or `train`. */
  split?: string;
  /** Side of the images for the model, in pixels (default 640). */
  imgsz?: number;
  /** What is measured (default: all but half and 8-bit files of TensorFlow.js). */
  forms?: readonly BenchmarkForm[];
  /** Where (default: wherever ONNX Runtime works here). */
  devices?: readonly DeviceName[];
  /** Share of the images that is used, from the first, above 0 to 1 (default 1). */
  fraction?: number;
  /** Threads for the CPU. */
  threads?: number;
  /** Folder to leave what is written in (default: a passing one). */
  directory?: string;
  /** Called with what happens, a line at a time. Default: nobody. */
  log?: (line: string) => void;
  /** Called with how far a row is. */
  onProgress?: (progress: { form: BenchmarkForm; device: DeviceName; done: number; images: number }) => void;
  /** Called with each row when it is measured. */
  onRow?: (row: ModelBenchmarkRow) => void;
  /** Stops it; it throws the signal's reason. */
  signal?: AbortSignal;
}

/** One form of the model on one device. */
export interface ModelBenchmarkRow {
  form: BenchmarkForm;
  device: DeviceName;
  /** Size of the file or folder; absent where there is none. */
  bytes?: number;
  map50?: number;
  map50_95?: number;
  /** Mean time of the network for an image. */
  milliseconds?: number;
  /** From file to boxes, all images in one go. */
  imagesPerSecond?: number;
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
