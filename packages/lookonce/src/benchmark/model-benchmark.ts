import type { BenchmarkArgs, benchmarkFormats } from "@lookonce/config";
import type { DeviceName } from "@lookonce/device";

/** What a benchmark can measure: the model itself, and what it can be exported as. */
export type BenchmarkFormat = (typeof benchmarkFormats)[number];

/** Those that are measured by default. */
export const defaultFormats: readonly BenchmarkFormat[] = [
  "source",
  "onnx",
  "onnx-half",
  "onnx-int8",
  "tfjs",
  "safetensors",
  "torch",
];

/** Options of `benchmarkModel`. */
export interface ModelBenchmarkOptions extends BenchmarkArgs {
  /** Called with lines for people. */
  log?: (line: string) => void;
  /** Called with the progress of a row. */
  onProgress?: (progress: { format: BenchmarkFormat; device: DeviceName; done: number; images: number }) => void;
  /** Called with each row when it is measured. */
  onRow?: (row: ModelBenchmarkRow) => void;
  /** Stops it; it throws the signal's reason. */
  signal?: AbortSignal;
}

/** One form of the model on one device. */
export interface ModelBenchmarkRow {
  format: BenchmarkFormat;
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
