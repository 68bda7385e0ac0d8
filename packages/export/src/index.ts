export type { ExportReport } from "./export-report.ts";
export { exportOnnx } from "./onnx/export-onnx.ts";
export type { CalibrationMethod, ExportOnnxOptions } from "./onnx/options.ts";
export {
  type ModelGraphOptions,
  modelGraph,
  type WriteGraphOptions,
  type WriteGraphReport,
  writeGraph,
} from "./write-graph.ts";
