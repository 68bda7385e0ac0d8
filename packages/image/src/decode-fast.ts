import { setImmediate as nextTurn } from "node:timers/promises";
import { HeaderBytes } from "./header/header-bytes.ts";
import { type JpegHeader, jpegHeader } from "./header/jpeg.ts";
import type { Image } from "./image.ts";

/**
 * Decodes an ordinary JPEG file (upright, 8-bit YCbCr or RGB) on the calling thread; returns `undefined` for every other
 * file, which sharp then decodes or refuses.
 *
 * Pixels differ from libjpeg's by a few levels, because chroma is interpolated and rounded differently.
 *
 * @param rows how many are needed, from the top; the image has no more where that spares work. Default: all
 */
export async function decodeFast(
  bytes: Uint8Array,
  maxPixels: number,
  rows: number = Number.POSITIVE_INFINITY,
): Promise<Image | undefined> {
  // This decoder fills truncated images with gray where sharp refuses them
  if (bytes.at(-2) !== 0xff || bytes.at(-1) !== 0xd9) return undefined;
  try {
    // The library's own metadata takes as long as decoding, and reports CMYK as RGB
    const header = jpegHeader(new HeaderBytes(bytes));
    const { width, height, orientation, precision, components } = header;
    if (bytes[0] !== 0xff || bytes[1] !== 0xd8 || precision !== 8 || components !== 3 || orientation !== 1)
      return undefined;
    if (width * height > maxPixels) return undefined;
    // The image before is freed when the event loop turns; its memory is warm
    await nextTurn();
    // Only training and bitmaps need this library
    const { Transformer } = await import("@napi-rs/image");
    const decoded = header.inOneScan ? Math.min(height, wholeBlocks(rows)) : height;
    const pixels = new Transformer(decoded < height ? withHeight(bytes, header, decoded) : bytes).rawPixelsSync();
    if (pixels.length !== width * decoded * 3) return undefined;
    const taken = decoded < height ? rows : height;
    return { data: new Uint8Array(pixels.buffer, pixels.byteOffset, width * taken * 3), width, height: taken };
  } catch {
    return undefined;
  }
}

/** Rows to decode: up to the end of blocks of 16, and one row more than is needed, since chroma below has its part in each. */
function wholeBlocks(rows: number): number {
  return Math.ceil((rows + 1) / 16) * 16;
}

/** The file as that of an image with fewer rows: decoders end where the rows do, and do not read what follows. */
function withHeight(bytes: Uint8Array, { heightAt }: JpegHeader, height: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE(height, heightAt);
  return copy;
}
