import type { LeftOutKind } from "./left-out.ts";

/** What came over, and what did not. */
export interface ConversionResult {
  /** The data set file. */
  yaml: string;
  names: string[];
  images: number;
  /** Images without an object. */
  background: number;
  objects: number;
  /** Objects that were cut off at the border of their image. */
  clipped: number;
  /** How much was left out, by kind. */
  leftOut: Partial<Record<LeftOutKind, number>>;
  /** The first 20 things left out. */
  examples: { kind: LeftOutKind; reason: string }[];
}
