import type { SppfBenchmark, SppfBenchmarkOptions } from "./benchmark/run-sppf.ts";

export type { SppfBenchmark, SppfBenchmarkOptions, SppfComparison } from "./benchmark/run-sppf.ts";

/**
 * Shows that SPPF (one pooling window of 5, three times over) gives the same as SPP (windows of 5, 9 and 13 side by side),
 * and how much faster it is here.
 */
export async function benchmarkSppf(options: SppfBenchmarkOptions = {}): Promise<SppfBenchmark> {
  const { runSppfBenchmark } = await import("./benchmark/run-sppf.ts");
  return runSppfBenchmark(options);
}
