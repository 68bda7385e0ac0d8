import type { HeaderBytes } from "./header-bytes.ts";
import type { StoredSize } from "./stored-size.ts";
import { exifOrientation } from "./tiff-tags.ts";

/** "IEND" and "eXIf". As numbers, since a file may have millions of chunks. */
const [iend, exif] = [0x49454e44, 0x65584966];

/** Reads a PNG's first chunk, and looks for an eXIf chunk (W3C PNG, third edition, 11). */
export function pngHeader(bytes: HeaderBytes): StoredSize {
  if (bytes.text(12, 16) !== "IHDR") throw new RangeError("no IHDR chunk");
  const size = { width: bytes.number(16, 4), height: bytes.number(20, 4) };
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.number(at, 4)) {
    const type = bytes.number(at + 4, 4);
    if (type === iend) break;
    if (type !== exif) continue;
    return { ...size, orientation: exifOrientation(bytes.part(at + 8, at + 8 + bytes.number(at, 4))) };
  }
  return { ...size, orientation: 1 };
}
