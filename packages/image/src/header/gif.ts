import type { HeaderBytes } from "./header-bytes.ts";
import type { StoredSize } from "./stored-size.ts";

const [extension, descriptor] = [0x21, 0x2c];

/** Screens of old programs, which wrote their own size in place of the image's. */
const screens = new Set(["640x480", "640x512", "800x600", "1024x768", "1280x1024", "1600x1200"]);

/**
 * Reads the size that libnsgif, sharp's decoder, finds: that of the screen, or of the frames where they are larger or the
 * screen is another program's.
 */
export function gifHeader(bytes: HeaderBytes): StoredSize {
  const screen = { width: bytes.number(6, 2, true), height: bytes.number(8, 2, true) };
  const { width, height } = screen;
  const isUnknown =
    screens.has(`${width}x${height}`) || Math.min(width, height) === 0 || Math.max(width, height) > 2048;
  const size = isUnknown ? { width: 0, height: 0 } : screen;
  for (let at = 13 + colors(bytes.number(10, 1)); at < bytes.length; ) {
    const kind = bytes.number(at, 1);
    if (kind === extension) at = afterBlocks(bytes, at + 2);
    else if (kind === descriptor && at + 11 <= bytes.length) {
      size.width = Math.max(size.width, bytes.number(at + 1, 2, true) + bytes.number(at + 5, 2, true));
      size.height = Math.max(size.height, bytes.number(at + 3, 2, true) + bytes.number(at + 7, 2, true));
      at = afterBlocks(bytes, at + 11 + colors(bytes.number(at + 9, 1)));
    } else break;
  }
  return { ...size, orientation: 1 };
}

/** Bytes of a table of colors, by the flags before it. */
function colors(flags: number): number {
  return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
}

/** Where a row of blocks ends; the last one is empty. */
function afterBlocks(bytes: HeaderBytes, from: number): number {
  let at = from;
  while (at < bytes.length && bytes.number(at, 1) > 0) at += bytes.number(at, 1) + 1;
  return at + 1;
}
