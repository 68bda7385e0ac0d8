import { didYouMean, LookonceError } from "@lookonce/errors";
import { extname, writeWhole } from "@lookonce/files";
import { encode } from "#encode";
import type { Image } from "./image.ts";

/** Options of {@link encodeImage} and {@link writeImage}. */
export interface EncodeOptions {
  /** 1 to 100, for lossy formats. Default 95, of AVIF 80. */
  quality?: number;
}

/** The endings of formats that are written, and the quality that each has without one being asked for. */
const qualities: Readonly<Record<string, number>> = {
  ".jpg": 95,
  ".jpeg": 95,
  ".png": 95,
  ".webp": 95,
  ".avif": 80,
  ".tif": 95,
  ".tiff": 95,
};

/**
 * Encodes an image as the bytes of a file.
 *
 * @param extension `.jpg`, `.jpeg`, `.png` (lossless), `.webp`, `.avif`, `.tif` or `.tiff` (both lossless)
 * @throws LookonceError `ARGUMENT` for another extension or quality, or when the number of bytes does not match width and height;
 *   `UNSUPPORTED` for a format that the browser does not write: Chromium and Firefox write JPEG, PNG and WebP, Safari JPEG and PNG
 */
export async function encodeImage(image: Image, extension: string, options: EncodeOptions = {}): Promise<Uint8Array> {
  const usual = qualities[extension.toLowerCase()];
  if (usual === undefined) {
    const known = Object.keys(qualities);
    throw new LookonceError(
      "ARGUMENT",
      `Cannot write images as "${extension}": expected one of ${known.join(", ")}.${didYouMean(extension, known)}`,
    );
  }
  const { quality = usual } = options;
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw new LookonceError("ARGUMENT", `quality must be a whole number from 1 to 100, not ${quality}.`);
  }
  const { data, width, height } = image;
  if (data.length !== width * height * 3) {
    throw new LookonceError(
      "ARGUMENT",
      `An image of ${width} × ${height} has ${width * height * 3} bytes of RGB, not ${data.length}.`,
    );
  }
  return encode(image, extension.toLowerCase(), quality);
}

/**
 * Writes an image in the format of the path's extension (see {@link encodeImage}), whole or not at all; missing folders are
 * created.
 *
 * @throws LookonceError `ARGUMENT` as {@link encodeImage}; `IO` when the file cannot be written
 */
export async function writeImage(path: string, image: Image, options: EncodeOptions = {}): Promise<void> {
  const bytes = await encodeImage(image, extname(path), options);
  // An image can be written again: not worth waiting for the disk
  await writeWhole(path, bytes, { flush: false });
}
