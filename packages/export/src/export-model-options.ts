import type { ExportFormat } from "./export-report.ts";
import type { ExportOnnxOptions } from "./onnx/options.ts";
import type { ExportWeightsOptions } from "./weights/export-weights.ts";

/** Options of `exportModel`. Which format knows which is in `exportFormats`. */
export interface ExportModelOptions extends ExportOnnxOptions, Pick<ExportWeightsOptions, "metadata"> {
  format: ExportFormat;
  /** The file or folder to write; folders above it are made when they are missing. */
  file: string;
}
