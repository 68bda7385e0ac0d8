import type { Size } from "../image.ts";
import type { StoredSize } from "./stored-size.ts";
import { exifOrientation } from "./tiff-tags.ts";

/** "EXIF", as a number, since a file may have millions of chunks. */
const exif = 0x45584946;

/** Follows a WebP file's chunks (RFC 9649): the size stands in the first, orientation in one after the pixels. */
export function webpHeader(bytes: Buffer): StoredSize {
  const size = sizeOf(bytes.toString("latin1", 12, 16), bytes.subarray(20));
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (bytes.readUInt32BE(at) === exif) return { ...size, orientation: exifOrientation(content) };
    at += 8 + length + (length % 2);
  }
  return { ...size, orientation: 1 };
}

function sizeOf(type: string, content: Buffer): Size {
  if (type === "VP8X") return { width: content.readUIntLE(4, 3) + 1, height: content.readUIntLE(7, 3) + 1 };
  if (type === "VP8L" && content.readUInt8(0) === 0x2f) {
    const bits = content.readUInt32LE(1);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (type === "VP8 " && content.readUIntBE(3, 3) === 0x9d012a) {
    return { width: content.readUInt16LE(6) & 0x3fff, height: content.readUInt16LE(8) & 0x3fff };
  }
  throw new RangeError("no chunk of pixels");
}
