import type { StoredSize } from "./stored-size.ts";

const [extension, descriptor] = [0x21, 0x2c];

/** Screens of old programs, which wrote their own size in place of the image's. */
const screens = new Set(["640x480", "640x512", "800x600", "1024x768", "1280x1024", "1600x1200"]);

/**
 * Reads the size that libnsgif, sharp's decoder, finds: that of the screen, or of the frames where they are larger or the
 * screen is another program's.
 */
export function gifHeader(bytes: Buffer): StoredSize {
  const screen = { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  const { width, height } = screen;
  const isUnknown =
    screens.has(`${width}x${height}`) || Math.min(width, height) === 0 || Math.max(width, height) > 2048;
  const size = isUnknown ? { width: 0, height: 0 } : screen;
  for (let at = 13 + colors(bytes.readUInt8(10)); at < bytes.length; ) {
    const kind = bytes[at];
    if (kind === extension) at = afterBlocks(bytes, at + 2);
    else if (kind === descriptor && at + 11 <= bytes.length) {
      size.width = Math.max(size.width, bytes.readUInt16LE(at + 1) + bytes.readUInt16LE(at + 5));
      size.height = Math.max(size.height, bytes.readUInt16LE(at + 3) + bytes.readUInt16LE(at + 7));
      at = afterBlocks(bytes, at + 11 + colors(bytes.readUInt8(at + 9)));
    } else break;
  }
  return { ...size, orientation: 1 };
}

/** Bytes of a table of colors, by the flags before it. */
function colors(flags: number): number {
  return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
}

/** Where a row of blocks ends; the last one is empty. */
function afterBlocks(bytes: Buffer, from: number): number {
  let at = from;
  for (let length = bytes[at]; length; length = bytes[at]) at += length + 1;
  return at + 1;
}
