import type { Image, Size } from "./image.ts";

/** A part of an image in whole pixels. */
export interface Window extends Size {
  left: number;
  top: number;
}

/** A part of an image, which must lie within it; a copy. */
export function cropImage(image: Image, { left, top, width, height }: Window): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { data, width, height };
}
