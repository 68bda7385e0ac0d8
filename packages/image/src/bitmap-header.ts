import type { Size } from "./image.ts";

/** Bytes of a bitmap's header up to its height. */
export const bitmapHeadLength = 26;

/** Lengths of the header's versions: OS/2's two, and Windows' 3, its extensions, 4 and 5. */
const headerLengths = new Set([12, 64, 40, 52, 56, 108, 124]);

/**
 * Reads width and height from the header of a Windows bitmap (BMP), which sharp cannot read. A negative height means that
 * rows are stored from the top.
 *
 * @throws Error when the header is of no known kind, RangeError when it is cut off
 */
export function bitmapSize(bytes: Uint8Array): Size {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(14, true);
  if (!headerLengths.has(length)) throw new Error(`no bitmap has a header of ${length} bytes`);
  // OS/2's headers are 12 bytes long and store 16-bit sizes
  if (length === 12) return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
  return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
}
