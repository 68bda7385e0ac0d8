import { Transformer } from "@napi-rs/image";
import type { Image, Size } from "./image.ts";

/** Bytes of a bitmap's head that say its size. */
export const bitmapHeadLength = 26;

/** Whether bytes begin a Windows bitmap (BMP), which sharp cannot read. */
export function isBitmap(bytes: Uint8Array): boolean {
  const [b, m] = bytes;
  return (
    b === 0x42 && m === 0x4d && bytes.length >= bitmapHeadLength && bytes.subarray(6, 10).every((byte) => byte === 0)
  );
}

/** Width and height as the head says them; an image may be written from the top, which a negative height says. */
export function bitmapSize(bytes: Uint8Array): Size {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The heads of OS/2's bitmaps are 12 bytes long and have shorter numbers
  if (view.getUint32(14, true) === 12) return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
  return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
}

/**
 * Decodes a bitmap; an alpha channel is dropped.
 *
 * @throws Error when it is damaged, cut off, or of a rare kind
 */
export async function decodeBitmap(bytes: Uint8Array): Promise<Image> {
  const { width, height } = bitmapSize(bytes);
  const pixels = await new Transformer(bytes).rawPixels();
  const channels = pixels.length / (width * height);
  if (channels !== 3 && channels !== 4) throw new Error(`${pixels.length} bytes are no ${width} × ${height} pixels`);
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += channels, to += 3) {
    data[to] = pixels[from] as number;
    data[to + 1] = pixels[from + 1] as number;
    data[to + 2] = pixels[from + 2] as number;
  }
  return { data, width, height };
}
