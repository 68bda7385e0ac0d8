import type { StoredSize } from "./stored-size.ts";
import { exifOrientation } from "./tiff-tags.ts";

/** "IEND" and "eXIf". As numbers, since a file may have millions of chunks. */
const [iend, exif] = [0x49454e44, 0x65584966];

/** Reads a PNG's first chunk, and looks for an eXIf chunk (W3C PNG, third edition, 11). */
export function pngHeader(bytes: Buffer): StoredSize {
  if (bytes.toString("latin1", 12, 16) !== "IHDR") throw new RangeError("no IHDR chunk");
  const size = { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const type = bytes.readUInt32BE(at + 4);
    if (type === iend) break;
    if (type !== exif) continue;
    return { ...size, orientation: exifOrientation(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at))) };
  }
  return { ...size, orientation: 1 };
}
