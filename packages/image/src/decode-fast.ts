import { setImmediate as nextTurn } from "node:timers/promises";
import { jpegHeader } from "./header/jpeg.ts";
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
    // The library's own metadata takes as long as decoding, and reports CMYK as RGB
    const header = jpegHeader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const { width, height, orientation, precision, components } = header;
    if (bytes[0] !== 0xff || bytes[1] !== 0xd8 || precision !== 8 || components !== 3 || orientation !== 1)
      return undefined;
    if (width * height > maxPixels) return undefined;
    // The image before is freed when the event loop turns; its memory is warm
    await nextTurn();
    // Only training and bitmaps need this library
    const { Transformer } = await import("@napi-rs/image");
    const pixels = new Transformer(bytes).rawPixelsSync();
    if (pixels.length !== width * height * 3) return undefined;
    return { data: new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength), width, height };
  } catch {
    return undefined;
  }
}
