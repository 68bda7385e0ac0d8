import type { ExportArgs } from "@lookonce/config";

/** Options of `YOLO.export`. Which format knows which is in docs/export.md; others are refused. */
export interface ExportOptions extends ExportArgs {
  /** Called after each image that calibrates `int8`. */
  onCalibrated?: (images: number) => void;
}
