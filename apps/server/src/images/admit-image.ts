import { LookonceError } from "@lookonce/errors";
import { type ImageHeader, isImage, readImageHeader } from "lookonce";
import { HttpError } from "../errors/http-error.ts";

/** An image that came with a request. */
export interface SentImage {
  /** What to call it in messages. */
  name: string;
  file: Uint8Array;
}

/** Width and height in pixels, the right way up. */
export type ImageSize = Pick<ImageHeader, "width" | "height">;

/**
 * The size of an image, from its first bytes and header alone: nothing is decoded that is no image or too large.
 *
 * @throws HttpError 400 when it is empty, 415 when it is no image, 413 when it has too many pixels, 422 when its header is
 *   damaged
 */
export async function admitImage({ name, file }: SentImage, maxPixels: number): Promise<ImageSize> {
  if (file.length === 0) throw new HttpError(400, { code: "NO_BODY", message: `${name} is empty.` });
  if (!(await isImage(file))) {
    throw new HttpError(415, {
      code: "NOT_A_IMAGE",
      message: `${name} is not an image: expected JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP.`,
    });
  }
  const { width, height } = await headerOf(name, file);
  if (width * height <= maxPixels) return { width, height };
  const limit = `${Number((maxPixels / 1e6).toPrecision(3))} million`;
  throw new HttpError(413, {
    code: "TOO_MANY_PIXELS",
    message: `${name} has ${width} × ${height} pixels; at most ${limit} are taken.`,
  });
}

async function headerOf(name: string, file: Uint8Array): Promise<ImageHeader> {
  try {
    return await readImageHeader(file);
  } catch (cause) {
    if (!(cause instanceof LookonceError)) throw cause;
    throw new HttpError(422, { code: "FORMAT", message: `${name} is damaged: its header cannot be read.` }, { cause });
  }
}
