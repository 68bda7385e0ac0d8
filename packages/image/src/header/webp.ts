import type { Size } from "../image.ts";
import { HeaderBytes } from "./header-bytes.ts";
import type { StoredSize } from "./stored-size.ts";
import { exifOrientation } from "./tiff-tags.ts";

/** "EXIF", as a number, since a file may have millions of chunks. */
const exif = 0x45584946;

/** Follows a WebP file's chunks (RFC 9649): the size stands in the first, orientation in one after the pixels. */
export function webpHeader(bytes: HeaderBytes): StoredSize {
  const size = sizeOf(bytes.text(12, 16), bytes.part(20));
  const at = findExif(bytes);
  if (at === undefined) return { ...size, orientation: 1 };
  const length = bytes.number(at + 4, 4, true);
  return { ...size, orientation: exifOrientation(bytes.part(at + 8, at + 8 + length)) };
}

/** Where a file's chunk with Exif data begins. */
function findExif(bytes: HeaderBytes): number | undefined {
  for (let at = 12; at + 8 <= bytes.length; ) {
    if (bytes.number(at, 4) === exif) return at;
    const length = bytes.number(at + 4, 4, true);
    at += 8 + length + (length % 2);
  }
  return undefined;
}

/** A copy of a WebP file in which no decoder finds Exif data: its chunk has a name that nobody knows. */
export function withoutExif(file: Uint8Array): Uint8Array {
  const copy = file.slice();
  const at = findExif(new HeaderBytes(file));
  if (at !== undefined) copy[at] = 0x58;
  return copy;
}

function sizeOf(type: string, content: HeaderBytes): Size {
  if (type === "VP8X") return { width: content.number(4, 3, true) + 1, height: content.number(7, 3, true) + 1 };
  if (type === "VP8L" && content.number(0, 1) === 0x2f) {
    const bits = content.number(1, 4, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (type === "VP8 " && content.number(3, 3) === 0x9d012a) {
    return { width: content.number(6, 2, true) & 0x3fff, height: content.number(8, 2, true) & 0x3fff };
  }
  throw new RangeError("no chunk of pixels");
}
