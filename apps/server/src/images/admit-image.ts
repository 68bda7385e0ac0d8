import { type ImageHeader, isImage, parseImageHeader } from "@lookonce/yolo";
import { HttpError } from "../errors/http-error.ts";

/** An image that came with a request. */
export interface SentImage {
  /** What to call it in messages. */
  name: string;
  file: Uint8Array;
}

/**
 * Reads the size of an image the right way up, in JavaScript: no decoder sees it in the service's own process. Without a
 * size, because the header is damaged or of a rare form, a process of inference decides.
 *
 * @throws HttpError 400 when it is empty, 415 when it is no image, 413 when it has too many pixels
 */
export async function admitImage({ name, file }: SentImage, maxPixels: number): Promise<ImageHeader | undefined> {
  if (file.length === 0) throw new HttpError(400, "NO_BODY", `${name} is empty.`);
  if (!(await isImage(file))) {
    const message = `${name} is not an image: expected JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP.`;
    throw new HttpError(415, "NOT_AN_IMAGE", message);
  }
  const size = await parseImageHeader(file);
  if (size === undefined || size.width * size.height <= maxPixels) return size;
  const { width, height } = size;
  const limit = `${Number((maxPixels / 1e6).toPrecision(3))} million`;
  const message = `${name} has ${width} × ${height} pixels; at most ${limit} are taken.`;
  throw new HttpError(413, "TOO_MANY_PIXELS", message);
}
