import { decodeBitmapPixels } from "#decoder";
import { bitmapSize } from "./bitmap-header.ts";
import { checkPixels, type Image } from "./image.ts";

/**
 * Decodes a bitmap; an alpha channel is dropped.
 *
 * @throws Error when it is damaged, truncated, or of an unsupported kind
 */
export async function decodeBitmap(bytes: Uint8Array, maxPixels: number): Promise<Image> {
  const { width, height } = bitmapSize(bytes);
  checkPixels({ width, height }, maxPixels);
  checkLength(bytes, width * height);
  const pixels = await decodeBitmapPixels(bytes);
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
