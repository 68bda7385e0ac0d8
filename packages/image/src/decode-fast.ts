import sharp from "sharp";
import type { Image } from "./image.ts";

/**
 * Decodes an ordinary JPEG file (upright, 8-bit YCbCr or RGB) on the calling thread; returns `undefined` for every other
 * file, which sharp then decodes or refuses.
 *
 * Pixels differ from libjpeg's by a few levels, because chroma is interpolated and rounded differently.
 */
export async function decodeFast(bytes: Uint8Array, maxPixels: number): Promise<Image | undefined> {
  // This decoder fills truncated images with gray where sharp refuses them
  if (bytes.at(-2) !== 0xff || bytes.at(-1) !== 0xd9) return undefined;
  try {
    // Its own metadata takes as long as decoding, and reports CMYK as RGB
    const { format, space, channels, orientation = 1, width, height } = await sharp(bytes).metadata();
    if (format !== "jpeg" || space !== "srgb" || channels !== 3 || orientation !== 1) return undefined;
    if (width * height > maxPixels) return undefined;
    // Only training needs this library
    const { Transformer } = await import("@napi-rs/image");
    const pixels = new Transformer(bytes).rawPixelsSync();
    if (pixels.length !== width * height * 3) return undefined;
    return { data: new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength), width, height };
  } catch {
    return undefined;
  }
}
