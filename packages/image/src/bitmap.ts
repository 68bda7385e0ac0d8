import { checkPixels, type Image, type Size } from "./image.ts";

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

/**
 * Decodes a bitmap; an alpha channel is dropped.
 *
 * @throws Error when it is damaged, truncated, or of an unsupported kind
 */
export async function decodeBitmap(bytes: Uint8Array, maxPixels: number): Promise<Image> {
  const { width, height } = bitmapSize(bytes);
  checkPixels({ width, height }, maxPixels);
  checkLength(bytes, width * height);
  // Most programs never see a bitmap
  const { Transformer } = await import("@napi-rs/image");
  const pixels = await new Transformer(bytes).rawPixels();
  const channels = pixels.length / (width * height);
  if (channels !== 3 && channels !== 4) throw new Error(`${pixels.length} bytes are not ${width} × ${height} pixels`);
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += channels, to += 3) {
    data[to] = pixels[from] as number;
    data[to + 1] = pixels[from + 1] as number;
    data[to + 2] = pixels[from + 2] as number;
  }
  return { data, width, height };
}

/** The decoder reserves memory for all pixels before it reads the first. */
function checkLength(bytes: Uint8Array, pixels: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isOs2 = view.getUint32(14, true) === 12;
  const bits = view.getUint16(isOs2 ? 24 : 28, true);
  const compression = isOs2 ? 0 : view.getUint32(30, true);
  // Run lengths (1 and 2) are the only compression
  const isPacked = compression === 1 || compression === 2;
  if (!isPacked && (pixels * bits) / 8 > bytes.length) throw new Error(`it ends before its ${pixels} pixels`);
}
