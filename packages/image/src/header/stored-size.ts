import type { Size } from "../image.ts";

/** Size as stored, and how the image must be turned. */
export interface StoredSize extends Size {
  orientation: number;
}
