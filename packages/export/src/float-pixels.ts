import type { Image } from "@lookonce/image";

/** Converts the pixels of an image, perhaps flipped, to a network's input: [3, height, width], RGB from 0 to 1. */
export function floatPixels(
  { data, width, height }: Image,
  { mirrored = false, upsideDown = false }: { mirrored?: boolean; upsideDown?: boolean } = {},
): Float32Array {
  const area = width * height;
  const planes = new Float32Array(3 * area);
  for (let y = 0, byte = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = (upsideDown ? height - 1 - y : y) * width + (mirrored ? width - 1 - x : x);
      for (let channel = 0; channel < 3; channel++) planes[channel * area + to] = (data[byte++] as number) / 255;
    }
  }
  return planes;
}
