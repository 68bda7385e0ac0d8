export { exportModel } from "./export-model.ts";
export type { ExportFormat, ExportReport } from "./export-report.ts";
export { type ExportModelOptions, exportFormats, type FormatDescription, findFormat, formatOfFile } from "./formats.ts";
export { exportOnnx } from "./onnx/export-onnx.ts";
export type { CalibrationMethod, ExportOnnxOptions } from "./onnx/options.ts";
export { type ExportSavedModelOptions, exportSavedModel } from "./saved-model/export-saved-model.ts";
export { type ExportTfjsOptions, exportTfjs } from "./tfjs/export-tfjs.ts";
export { type ExportWeightsOptions, exportWeights } from "./weights/export-weights.ts";
export {
  type ModelGraphOptions,
  modelGraph,
  type WriteGraphOptions,
  type WriteGraphReport,
  writeGraph,
} from "./write-graph.ts";
