import { open, readFile } from "node:fs/promises";
import { LookonceError } from "@lookonce/errors";
import sharp, { type Sharp, type SharpInput, type SharpOptions } from "sharp";
import { bitmapHeadLength, bitmapSize, decodeBitmap } from "./bitmap.ts";
import { decodeFast } from "./decode-fast.ts";
import type { Image, Size } from "./image.ts";
import { type ImageFormat, imageFormat, imageFormats } from "./image-format.ts";

/**
 * `failOn: "error"` refuses truncated and damaged pixels but accepts what merely warns (odd metadata, bytes after the
 * end), which is common in real data sets. Color profiles are ignored, so that pixels are those stored in the file, as
 * OpenCV reads them.
 */
const options: SharpOptions = { failOn: "error", ignoreIcc: true, sequentialRead: true };

/** Options of {@link readImage}. */
export interface ReadImageOptions {
  /**
   * Decode ordinary JPEG files with a faster decoder, on the calling thread: about two thirds of the CPU time, pixels a few
   * levels off libjpeg's. For training; not where pixels must equal OpenCV's. Default `false`.
   */
  fast?: boolean;
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
export async function readImage(source: string | Uint8Array, { fast = false }: ReadImageOptions = {}): Promise<Image> {
  const bytes = typeof source === "string" ? await readBytes(source) : source;
  // Damaged and unusual files are left to sharp, so that both decoders accept and refuse the same files
  const image = fast ? await decodeFast(bytes) : undefined;
  if (image !== undefined) return image;
  try {
    return await (checkFormat(bytes) === "bmp" ? decodeBitmap(bytes) : decode(sharp(bytes, options)));
  } catch (cause) {
    throw notAnImage(source, bytes, cause);
  }
}

/** The header of an image file. */
export interface ImageHeader extends Size {
  /** EXIF orientation, 1 (upright) to 8; width and height are those of the upright image. */
  orientation: number;
  format: ImageFormat;
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
    const input: SharpInput = source;
    const { autoOrient, orientation } = await sharp(input, { ...options, limitInputPixels: false }).metadata();
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

async function readBytes(path: string): Promise<Uint8Array> {
  return reading(path, () => readFile(path));
}

/** Reads the first bytes of a file, which identify its format. */
async function readHead(path: string): Promise<Uint8Array> {
  return reading(path, async () => {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read({ buffer: new Uint8Array(bitmapHeadLength) });
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new LookonceError("NOT_FOUND", `There is no image ${path}: check the path.`, { cause });
    }
    if (code === "EISDIR") {
      throw new LookonceError("FORMAT", `${path} is a folder; expected the path of one image file.`, { cause });
    }
    throw new LookonceError("IO", `Cannot read the image ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function decode(pipeline: Sharp): Promise<Image> {
  const { data, info } = await pipeline
    .autoOrient()
    .toColourspace("srgb")
    .removeAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return {
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    width: info.width,
    height: info.height,
  };
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
