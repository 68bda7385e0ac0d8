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
  /** Whether to write scores. Default true. */
  scores?: boolean;
}

/** Detections to draw, in the image's pixels, and the names of the classes. */
export interface Drawable {
  detections: Detections;
  names: readonly string[];
}
