import type { Image } from "@lookonce/image";

/** One number a pixel, 0 to 255, row by row. */
export interface Plane {
  data: Uint8Array;
  width: number;
  height: number;
}

/** Luma: Y of YUV as OpenCV's 8-bit conversion, 0.299 R + 0.587 G + 0.114 B in 1/16384. */
export function luma({ data, width, height }: Image): Plane {
  const plane = new Uint8Array(width * height);
  for (let p = 0, i = 0; p < plane.length; p++, i += 3) {
    plane[p] = lumaOf(data[i] as number, data[i + 1] as number, data[i + 2] as number);
  }
  return { data: plane, width, height };
}

/** The image with another luma; its U and V, rounded to whole numbers as OpenCV stores them, stay. */
export function withLuma(image: Image, plane: Plane): Image {
  const { data, width, height } = image;
  const target = new Uint8ClampedArray(data.length);
  for (let p = 0, i = 0; p < plane.data.length; p++, i += 3) {
    const r = data[i] as number;
    const b = data[i + 2] as number;
    const before = lumaOf(r, data[i + 1] as number, b);
    const after = plane.data[p] as number;
    const u = byte(((b - before) * 8061 + 2105344) >> 14) - 128;
    const v = byte(((r - before) * 14369 + 2105344) >> 14) - 128;
    target[i] = after + ((v * 18678 + 8192) >> 14);
    target[i + 1] = after + ((u * -6472 + v * -9519 + 8192) >> 14);
    target[i + 2] = after + ((u * 33292 + 8192) >> 14);
  }
  return { data: new Uint8Array(target.buffer), width, height };
}

function lumaOf(r: number, g: number, b: number): number {
  return (r * 4899 + g * 9617 + b * 1868 + 8192) >> 14;
}

function byte(value: number): number {
  return Math.min(255, Math.max(0, value));
}
