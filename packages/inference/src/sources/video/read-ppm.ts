import { LookonceError } from "@lookonce/errors";
import type { Image } from "@lookonce/image";
import type { ByteReader } from "../byte-reader.ts";

/** Longest head that ffmpeg writes before the pixels. */
const longestHead = 32;

/**
 * The next image of a stream of PPM files (netpbm's `P6`, 8 bits), each of which tells its own size; `undefined` at the
 * stream's end, also where that cuts an image off.
 *
 * @throws LookonceError `FORMAT` when something else comes
 */
export async function readPpm(reader: ByteReader): Promise<Image | undefined> {
  await reader.ensure(longestHead);
  const text = reader.here.toString("latin1", 0, longestHead);
  if (text.length < 8) return undefined;
  const head = /^P6\s(\d+)\s(\d+)\s255\s/.exec(text);
  if (head === null) throw new LookonceError("FORMAT", "ffmpeg gave something else than images.");
  reader.skip(head[0].length);
  const [width, height] = [Number(head[1]), Number(head[2])];
  const data = await reader.take(width * height * 3);
  return data === undefined ? undefined : { data, width, height };
}
