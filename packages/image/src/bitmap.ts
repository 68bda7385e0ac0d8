import { Transformer } from "@napi-rs/image";
import type { Image, Size } from "./image.ts";

/** Bytes of a bitmap's header up to its height. */
export const bitmapHeadLength = 26;

/**
 * Reads width and height from the header of a Windows bitmap (BMP), which sharp cannot read. A negative height means that
 * rows are stored from the top.
 */
export function bitmapSize(bytes: Uint8Array): Size {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // OS/2's headers are 12 bytes long and store 16-bit sizes
  if (view.getUint32(14, true) === 12) return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
  return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
}

/**
 * Decodes a bitmap; an alpha channel is dropped.
 *
 * @throws Error when it is damaged, truncated, or of an unsupported kind
 */
export async function decodeBitmap(bytes: Uint8Array): Promise<Image> {
  const { width, height } = bitmapSize(bytes);
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
