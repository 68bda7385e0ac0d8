import type { ModelBenchmark, ModelBenchmarkOptions } from "./benchmark/model-benchmark.ts";

export type {
  BenchmarkFormat,
  ModelBenchmark,
  ModelBenchmarkOptions,
  ModelBenchmarkRow,
} from "./benchmark/model-benchmark.ts";

/**
 * Measures a model as it is and in the formats that it can be written in, on every device that works: size, average
 * precision on a data set, time of the network, images a second from file to boxes. What fails is a row with the reason.
 *
 * All formats see squares of `imgsz`, as files of fixed size do, so that their scores can be compared with each other; `YOLO.val`
 * pads less and may differ a little.
 *
 * @throws LookonceError when the model or the data set cannot be used
 */
export async function benchmarkModel(options: ModelBenchmarkOptions): Promise<ModelBenchmark> {
  const { runModelBenchmark } = await import("./benchmark/run-model-benchmark.ts");
  return runModelBenchmark(options);
}
