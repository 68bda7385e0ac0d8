import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { didYouMean, LookonceError } from "@lookonce/errors";
import sharp, { type Sharp } from "sharp";
import type { Picture } from "./picture.ts";

const jpeg = (pipeline: Sharp): Sharp => pipeline.jpeg({ quality: 95 });
const tiff = (pipeline: Sharp): Sharp => pipeline.tiff({ compression: "lzw" });

const encoders: Record<string, (pipeline: Sharp) => Sharp> = {
  ".jpg": jpeg,
  ".jpeg": jpeg,
  ".png": (pipeline) => pipeline.png(),
  ".webp": (pipeline) => pipeline.webp({ quality: 95 }),
  ".avif": (pipeline) => pipeline.avif({ quality: 80 }),
  ".tif": tiff,
  ".tiff": tiff,
};

/**
 * A picture as the bytes of a file.
 *
 * @param extension `.jpg`, `.jpeg` (quality 95), `.png` (lossless), `.webp`, `.avif`, `.tif` or `.tiff`
 * @throws LookonceError `ARGUMENT` for another extension, or when the pixels do not fit width and height
 */
export async function encodePicture(picture: Picture, extension: string): Promise<Uint8Array> {
  const encoder = encoders[extension.toLowerCase()];
  if (encoder === undefined) {
    const known = Object.keys(encoders);
    throw new LookonceError(
      "ARGUMENT",
      `Cannot write pictures as "${extension}": known are ${known.join(", ")}.${didYouMean(extension, known)}`,
    );
  }
  const { data, width, height } = picture;
  if (data.length !== width * height * 3) {
    throw new LookonceError(
      "ARGUMENT",
      `A picture of ${width} × ${height} has ${width * height * 3} bytes of RGB, not ${data.length}.`,
    );
  }
  return encoder(sharp(data, { raw: { width, height, channels: 3 } })).toBuffer();
}

/**
 * Writes a picture in the format of the path's extension (see {@link encodePicture}); missing folders are made, and a
 * file never stands half written under its name.
 *
 * @throws LookonceError `ARGUMENT` as {@link encodePicture}; `IO` when the file cannot be written
 */
export async function writePicture(path: string, picture: Picture): Promise<void> {
  const bytes = await encodePicture(picture, extname(path));
  const beside = `${path}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(beside, bytes);
    await rename(beside, path);
  } catch (cause) {
    // the failure that counts is the one above; there may be nothing to remove
    await rm(beside, { force: true }).catch(() => {});
    throw new LookonceError("IO", `Cannot write the picture ${path}: ${(cause as Error).message}`, { cause });
  }
}
