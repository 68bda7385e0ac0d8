import { LookonceError } from "@lookonce/errors";
import { type ImageFormat, imageFormat } from "@lookonce/image";
import type { ByteReader } from "./byte-reader.ts";

/** Bytes that identify all formats below. */
const headLength = 16;

/** What the image at the beginning of some bytes is; `undefined` when they begin no image. */
function formatOf(head: Buffer): ImageFormat | "heic" | undefined {
  return imageFormat(head) ?? (/^.{4}ftyphei[cx]/s.test(head.toString("latin1", 0, 12)) ? "heic" : undefined);
}

/** Whether a stream begins with an image. */
export async function beginsWithImage(reader: ByteReader): Promise<boolean> {
  await reader.ensure(headLength);
  return formatOf(reader.here) !== undefined;
}

/**
 * The images of a stream in which one follows the other without anything between. JPEG, PNG, WebP and BMP mark where
 * they end; an image of another format is all the rest.
 */
export async function* splitImages(reader: ByteReader, maxBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let index = 0; ; index++) {
    await reader.ensure(headLength);
    const head = reader.here;
    if (head.length === 0) return;
    const format = formatOf(head);
    if (format === undefined) {
      throw new LookonceError("FORMAT", `After ${index} images the stream continues with something else.`);
    }
    const length = await lengthOf(format, reader, maxBytes);
    if (length > maxBytes) {
      throw new LookonceError("FORMAT", `Image ${index} of the stream has more than maxBytes (${maxBytes}) bytes.`);
    }
    const bytes = await reader.read(length);
    if (bytes === undefined) throw new LookonceError("FORMAT", `Image ${index} of the stream is cut off.`);
    yield bytes;
  }
}

async function lengthOf(format: string, reader: ByteReader, limit: number): Promise<number> {
  if (format === "webp") return 8 + reader.here.readUInt32LE(4);
  if (format === "bmp") return reader.here.readUInt32LE(2) || wholeLength(reader, limit);
  if (format === "png") return pngLength(reader, limit);
  return format === "jpeg" ? jpegLength(reader, limit) : wholeLength(reader, limit);
}

/** Chunks of length, type, data and checksum follow the signature; IEND is the last (PNG specification, section 5). */
async function pngLength(reader: ByteReader, limit: number): Promise<number> {
  let at = 8;
  while (at <= limit && (await reader.ensure(at + 8))) {
    const length = reader.here.readUInt32BE(at);
    const isLast = reader.here.toString("latin1", at + 4, at + 8) === "IEND";
    at += 12 + length;
    if (isLast) return at;
  }
  return atEnd(reader, at);
}

/** Markers and their segments; after a scan's head come coded bytes up to the next marker (ITU T.81, annex B). */
async function jpegLength(reader: ByteReader, limit: number): Promise<number> {
  let at = 2;
  while (at <= limit && (await reader.ensure(at + 4))) {
    const { here } = reader;
    const marker = here[at + 1] as number;
    if (here[at] !== 0xff || marker === 0xff) at++;
    else if (marker === 0xd9) return at + 2;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else {
      at += 2 + here.readUInt16BE(at + 2);
      if (marker === 0xda) at = await endOfScan(reader, at, limit);
    }
  }
  // The end marker may be the stream's very last bytes
  return atEnd(reader, at);
}

/** Where the coded bytes of a scan end: at a marker that is neither a stuffed byte nor a restart. */
async function endOfScan(reader: ByteReader, start: number, limit: number): Promise<number> {
  let at = start;
  while (at <= limit) {
    const found = reader.here.indexOf(0xff, at);
    if (found === -1) {
      at = Math.max(at, reader.here.length);
      if (!(await reader.ensure(at + 1))) return at;
      continue;
    }
    if (!(await reader.ensure(found + 2))) return found + 1;
    const next = reader.here[found + 1] as number;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return found;
    at = next === 0xff ? found + 1 : found + 2;
  }
  return at;
}

async function wholeLength(reader: ByteReader, limit: number): Promise<number> {
  await reader.ensure(limit + 1);
  return reader.here.length;
}

/** The stream ends, or the image is too large: what is here is all there is to say. */
function atEnd(reader: ByteReader, at: number): number {
  return Math.max(reader.here.length, at > reader.here.length + 4 ? at : 0);
}
