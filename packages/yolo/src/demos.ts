export {
  benchmarkSppf,
  type SppfBenchmark,
  type SppfBenchmarkOptions,
  type SppfComparison,
} from "./benchmark/benchmark-sppf.ts";
export { describeEndToEnd } from "./quickstart/report.ts";
export { type QuickstartOptions, type QuickstartResult, runQuickstart } from "./quickstart/run-quickstart.ts";
export { type ShapesRecipe, shapesModel, shapesRecipe } from "./quickstart/shapes.ts";
