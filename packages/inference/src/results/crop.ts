import type { Image } from "@lookonce/image";

/** How far around its box a detection is cut out. */
export interface CropOptions {
  /** What the box's sides are multiplied by. Default 1.02, as YOLOv8 (8.3) has it. */
  gain?: number;
  /** Pixels that are then added to each side's length. Default 10, as YOLOv8 (8.3) has it. */
  pad?: number;
}

/** A box of (left, top, right, bottom) in pixels cut out of an image, with some of what is around; a pixel at least. */
export function crop(image: Image, box: ArrayLike<number>, { gain = 1.02, pad = 10 }: CropOptions = {}): Image {
  const [x1, y1, x2, y2] = [box[0] as number, box[1] as number, box[2] as number, box[3] as number];
  const [left, right] = extent((x1 + x2) / 2, (x2 - x1) * gain + pad, image.width);
  const [top, bottom] = extent((y1 + y2) / 2, (y2 - y1) * gain + pad, image.height);
  const [width, height] = [right - left, bottom - top];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { data, width, height };
}

/** First pixel and the one after the last of a stretch, within the image. */
function extent(center: number, length: number, side: number): [number, number] {
  const first = Math.min(side - 1, Math.max(0, Math.floor(center - length / 2)));
  const end = Math.min(side, Math.max(first + 1, Math.floor(center + length / 2)));
  return [first, end];
}
