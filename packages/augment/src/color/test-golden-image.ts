import type { GoldenTensor } from "@lookonce/testing";
import type { Image } from "../image.ts";

/** An image of the golden files, which hold them as HWC bytes in BGR order (YOLOv8) or NCHW RGB 0 to 1 (YOLOv5). */
export function goldenImage({ shape, data }: GoldenTensor): Image {
  if (shape.length === 3) {
    const [height, width] = shape as [number, number, number];
    return { data: Uint8Array.from(data, (_, i) => data[i - (i % 3) + 2 - (i % 3)] as number), width, height };
  }
  const [, , height, width] = shape as [number, number, number, number];
  const bytes = Uint8Array.from({ length: data.length }, (_, i) =>
    Math.round(255 * (data[(i % 3) * height * width + Math.floor(i / 3)] as number)),
  );
  return { data: bytes, width, height };
}
