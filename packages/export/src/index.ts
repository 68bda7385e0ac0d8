export { type ExportOnnxOptions, type ExportOnnxReport, exportOnnx } from "./export-onnx.ts";
export {
  type ModelGraphOptions,
  modelGraph,
  type WriteGraphOptions,
  type WriteGraphReport,
  writeGraph,
} from "./write-graph.ts";
