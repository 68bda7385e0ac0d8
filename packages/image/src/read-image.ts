import { LookonceError } from "@lookonce/errors";
import { openRegular, readRegular } from "@lookonce/files";
import { bitmapHeadLength, bitmapSize, decodeBitmap } from "./bitmap.ts";
import { decodeFast } from "./decode-fast.ts";
import { decode, openHeader } from "./decoder.ts";
import type { ImageHeader } from "./header/parse-image-header.ts";
import { type Image, pixelLimit, type Size } from "./image.ts";
import { type ImageFormat, imageFormat, imageFormats } from "./image-format.ts";

/** The largest image that is accepted has 268 million pixels: 1 GB where they are not compressed. */
const file = { what: "image", maxBytes: 2 ** 30 };

/** Options of {@link readImage}. */
export interface ReadImageOptions {
  /**
   * Decode ordinary JPEG files with a faster decoder, on the calling thread: about two thirds of the CPU time, pixels a few
   * levels off libjpeg's. For training; not where pixels must equal OpenCV's. Default `false`.
   */
  fast?: boolean;
  /**
   * With `fast`: how many rows are needed, from the top, at least 1. Where that spares work the image has no more than these, and damage
   * below them goes unnoticed. Default: all.
   */
  rows?: number | undefined;
  /** Maximum number of pixels, checked by the header before the image is decoded. Default 268 million. */
  maxPixels?: number;
  /**
   * Decode images of more pixels at a smaller size, with about so many; BMP is not. `original` of the result is their size.
   * Default: none is.
   */
  shrinkAbove?: number;
}

/**
 * Reads an image file (JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP; the first of several frames) as 8-bit RGB.
 *
 * EXIF orientation is applied; gray, CMYK and 16-bit images are converted; an alpha channel is dropped, the colors
 * below it are kept.
 *
 * @param source a path, or the file's bytes
 * @throws LookonceError `NOT_FOUND` when the file does not exist; `FORMAT` when it is damaged, truncated or of another
 *   format
 */
export async function readImage(
  source: string | Uint8Array,
  { fast = false, rows, maxPixels = pixelLimit, shrinkAbove }: ReadImageOptions = {},
): Promise<Image> {
  const bytes = typeof source === "string" ? await readRegular(source, file) : source;
  // Damaged and unusual files are left to sharp, so that both decoders accept and refuse the same files
  const image = fast ? await decodeFast(bytes, maxPixels, rows) : undefined;
  if (image !== undefined) return image;
  try {
    return await (checkFormat(bytes) === "bmp"
      ? decodeBitmap(bytes, maxPixels)
      : decode(bytes, { maxPixels, shrinkAbove }));
  } catch (cause) {
    throw notAnImage(source, bytes, cause);
  }
}

/**
 * Reads width, height, orientation and format of an image from the file's header, for any number of pixels.
 *
 * @throws LookonceError as {@link readImage}, though damage behind the header goes unnoticed
 */
export async function readImageHeader(source: string | Uint8Array): Promise<ImageHeader> {
  const head = typeof source === "string" ? await readHead(source) : source;
  try {
    const format = checkFormat(head);
    if (format === "bmp") return { ...bitmapSize(head), orientation: 1, format };
    const { autoOrient, orientation } = await openHeader(source).metadata();
    return { width: autoOrient.width, height: autoOrient.height, orientation: orientation ?? 1, format };
  } catch (cause) {
    throw notAnImage(source, head, cause);
  }
}

function checkFormat(head: Uint8Array): ImageFormat {
  const format = imageFormat(head);
  if (format === undefined) throw new Error("its first bytes are not those of such a file");
  return format;
}

/**
 * Reads width and height of the image that {@link readImage} returns, from the file's header.
 *
 * @throws LookonceError as {@link readImage}, though damage behind the header goes unnoticed
 */
export async function readImageSize(source: string | Uint8Array): Promise<Size> {
  const { width, height } = await readImageHeader(source);
  return { width, height };
}

/** Reads the first bytes of a file, which identify its format. */
async function readHead(path: string): Promise<Uint8Array> {
  const handle = await openRegular(path, file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: new Uint8Array(bitmapHeadLength) });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function notAnImage(source: string | Uint8Array, head: Uint8Array, cause: unknown): LookonceError {
  const name = typeof source === "string" ? source : `The buffer of ${source.byteLength} bytes`;
  if (isHeic(head)) {
    const message = `${name} is a HEIC image, whose codec is patented and not included: convert it to JPEG first (sips -s format jpeg on macOS, heif-convert on Linux).`;
    return new LookonceError("FORMAT", message, { cause });
  }
  const reason = (cause as Error).message.trim().split("\n").at(-1);
  return new LookonceError("FORMAT", `${name} is not a whole image that can be read (${imageFormats}): ${reason}`, {
    cause,
  });
}

/** Whether bytes begin a HEIC file (ISO/IEC 23008-12): a file type box with one of its brands. */
function isHeic(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(12, bytes.byteLength)).toString("latin1");
  return /^ftyp(hei[cxms]|hev[cxms]|mif1)/.test(text.slice(4));
}
