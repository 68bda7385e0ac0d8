import { LookonceError } from "@lookonce/errors";
import { readRegular } from "@lookonce/files";
import { decodeFast } from "#decode-fast";
import { decode, readHead, readStoredSize } from "#decoder";
import { decodeBitmap } from "./bitmap.ts";
import { bitmapSize } from "./bitmap-header.ts";
import { HeaderBytes } from "./header/header-bytes.ts";
import type { ImageHeader } from "./header/parse-image-header.ts";
import { type Image, pixelLimit, type Size } from "./image.ts";
import { type ImageFormat, imageFormat, imageFormats } from "./image-format.ts";

/** The largest image that is accepted has 268 million pixels: 1 GB where they are not compressed. */
const file = { what: "image", maxBytes: 2 ** 30 };

/** An image file: its path, its bytes, or a `Blob` or `File` of them. */
export type ImageFile = string | Uint8Array | Blob;

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
 * In browsers their decoders do it, to the same pixels but for CMYK; TIFF is read where the browser does, as Safari. Paths lead into the
 * origin's private files, `fast` and `rows` change nothing.
 *
 * @throws LookonceError `NOT_FOUND` when the file does not exist; `FORMAT` when it is damaged, truncated or of another
 *   format
 */
export async function readImage(
  source: ImageFile,
  { fast = false, rows, maxPixels = pixelLimit, shrinkAbove }: ReadImageOptions = {},
): Promise<Image> {
  const bytes = typeof source === "string" ? await readRegular(source, file) : await bytesOf(source);
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
export async function readImageHeader(source: ImageFile): Promise<ImageHeader> {
  const head = typeof source === "string" ? await readHead(source, file) : await bytesOf(source);
  try {
    const format = checkFormat(head);
    if (format === "bmp") return { ...bitmapSize(head), orientation: 1, format };
    return { ...(await readStoredSize(typeof source === "string" ? source : head)), format };
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
export async function readImageSize(source: ImageFile): Promise<Size> {
  const { width, height } = await readImageHeader(source);
  return { width, height };
}

async function bytesOf(source: Uint8Array | Blob): Promise<Uint8Array> {
  return source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : source;
}

function notAnImage(source: ImageFile, head: Uint8Array, cause: unknown): LookonceError {
  const name = nameOf(source);
  if (isHeic(head)) {
    const message = `${name} is a HEIC image, whose codec is patented and not included: convert it to JPEG first (sips -s format jpeg on macOS, heif-convert on Linux).`;
    return new LookonceError("FORMAT", message, { cause });
  }
  const reason = (cause as Error).message.trim().split("\n").at(-1);
  return new LookonceError("FORMAT", `${name} is not a whole image that can be read (${imageFormats}): ${reason}`, {
    cause,
  });
}

function nameOf(source: ImageFile): string {
  if (typeof source === "string") return source;
  if (source instanceof Uint8Array) return `The buffer of ${source.byteLength} bytes`;
  return "name" in source ? String(source.name) : `The blob of ${source.size} bytes`;
}

/** Whether bytes begin a HEIC file (ISO/IEC 23008-12): a file type box with one of its brands. */
function isHeic(bytes: Uint8Array): boolean {
  return /^ftyp(hei[cxms]|hev[cxms]|mif1)/.test(new HeaderBytes(bytes).text(4, 12));
}
