import type { Detections } from "@lookonce/geometry";

/** Options of drawing. */
export interface DrawOptions {
  /** Width of a box's line in pixels. Default: from the image's size. */
  lineWidth?: number;
  /** Size of the labels' letters in pixels. Default: from the image's size. */
  fontSize?: number;
  /** Whether to draw boxes. Default true. */
  frames?: boolean;
  /** Whether to write class names. Default true. */
  labels?: boolean;
  /** Whether to write confidences. Default true. */
  confidences?: boolean;
}

/** What is drawn: boxes in the image's pixels, and what their classes are called. */
export interface Drawable {
  boxes: Pick<Detections, "boxes" | "confidences" | "classes" | "count">;
  names: readonly string[];
}
