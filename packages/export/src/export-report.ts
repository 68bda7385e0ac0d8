import type { exportFormatNames } from "@lookonce/config";
import type { Differences } from "./compare.ts";

/** How far an exported model's predictions lie from the model's own. */
export interface Agreement {
  /**
   * The largest differences, or with less than single precision, where numbers are known to differ, the mean ones of the
   * surest predictions, weighted by their confidence.
   */
  differences: Differences;
  /** The larger of {@link differences}. */
  largestDifference: number;
  /** The image on which they were compared. */
  checkedOn: string;
}

/** Formats that models can be written in. */
export type ExportFormat = (typeof exportFormatNames)[number];

/** What an export did. */
export interface ExportReport extends Agreement {
  /** The file or folder that was written. */
  file: string;
  format: ExportFormat;
  /** Its size; of a folder, of all files in it. */
  bytes: number;
  /** How long it took, with the check. */
  seconds: number;
}
