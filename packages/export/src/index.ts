export { type ExportOnnxOptions, type ExportOnnxReport, exportOnnx } from "./export-onnx.ts";
