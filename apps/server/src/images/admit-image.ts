import { LookonceError } from "@lookonce/errors";
import { type ImageHeader, isImage, readImageHeader } from "lookonce";
import { HttpError } from "../errors/http-error.ts";

/** An image that came with a request. */
export interface SentImage {
  /** What to call it in messages. */
  name: string;
  file: Uint8Array;
}

/**
 * The size of an image the right way up, from its first bytes and header alone: nothing is decoded that is no image or
 * too large.
 *
 * @throws HttpError 400 when it is empty, 415 when it is no image, 413 when it has too many pixels, 422 when its header is
 *   damaged
 */
export async function admitImage({ name, file }: SentImage, maxPixels: number): Promise<ImageHeader> {
  if (file.length === 0) throw new HttpError(400, "NO_BODY", `${name} is empty.`);
  if (!(await isImage(file))) {
    const message = `${name} is not an image: expected JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP.`;
    throw new HttpError(415, "NOT_AN_IMAGE", message);
  }
  const header = await readImageHeader(file).catch((cause: unknown) => {
    if (!(cause instanceof LookonceError)) throw cause;
    throw new HttpError(422, "FORMAT", `${name} is damaged: its header cannot be read.`, { cause });
  });
  const { width, height } = header;
  if (width * height <= maxPixels) return header;
  const limit = `${Number((maxPixels / 1e6).toPrecision(3))} million`;
  const message = `${name} has ${width} × ${height} pixels; at most ${limit} are taken.`;
  throw new HttpError(413, "TOO_MANY_PIXELS", message);
}
