import { LookonceError } from "@lookonce/errors";
import { imageCanvas } from "./canvas-pixels.web.ts";
import type { Image } from "./image.ts";

const types: Readonly<Record<string, string>> = {
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".png": "image/png",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".tif": "image/tiff",
  ".tiff": "image/tiff",
};

/**
 * Encodes an image in the format of an ending in small letters, at a quality from 1 to 100.
 *
 * @throws LookonceError `UNSUPPORTED` where the browser does not write the format, or has no canvas as large as the image
 */
export async function encode(image: Image, extension: string, quality: number): Promise<Uint8Array> {
  const type = types[extension] as string;
  const blob = await imageCanvas(image).convertToBlob({ type, quality: quality / 100 });
  // A format that is not written becomes PNG
  if (blob.type === type) return new Uint8Array(await blob.arrayBuffer());
  throw new LookonceError("UNSUPPORTED", `This browser writes no ${extension} files: write .png or .jpg.`);
}
