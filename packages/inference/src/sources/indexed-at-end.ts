import type { ByteReader } from "./byte-reader.ts";

/** Boxes that may stand before a file's index or its frames. */
const passedOver = new Set(["ftyp", "styp", "free", "skip", "wide", "uuid", "pdin"]);

/** Bytes within which an index that comes early has begun. */
const farthest = 2 ** 20;

/** Whether a stream is an MP4 or QuickTime file in which the frames come before the index (ISO/IEC 14496-12, section 4). */
export async function isIndexedAtEnd(reader: ByteReader): Promise<boolean> {
  let at = 0;
  while (at < farthest && (await reader.ensure(at + 8))) {
    const size = reader.here.readUInt32BE(at);
    const type = reader.here.toString("latin1", at + 4, at + 8);
    if (type === "mdat") return true;
    // A size of 1 stands for a longer one behind it, of 0 for all the rest: neither before an early index
    if (!passedOver.has(type) || size < 8) return false;
    at += size;
  }
  return false;
}
