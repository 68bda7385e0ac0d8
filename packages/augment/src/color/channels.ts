import type { Image } from "@lookonce/image";
import { sometimesImage, type Transform } from "../compose.ts";

/** Red and blue change places. */
export function swapChannels({ data, width, height }: Image): Image {
  const target = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    target[i] = data[i + 2] as number;
    target[i + 1] = data[i + 1] as number;
    target[i + 2] = data[i] as number;
  }
  return { data: target, width, height };
}

/** All three channels become the gray 0.299 R + 0.587 G + 0.114 B, in 1/32768 as OpenCV's 8-bit conversion. */
export function toGray({ data, width, height }: Image): Image {
  const target = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const r = data[i] as number;
    const gray = (r * 9798 + (data[i + 1] as number) * 19235 + (data[i + 2] as number) * 3735 + 16384) >> 15;
    target[i] = gray;
    target[i + 1] = gray;
    target[i + 2] = gray;
  }
  return { data: target, width, height };
}

/** Swaps red and blue with a probability: `bgr` of YOLOv8 (8.3). Boxes and polygons stay. */
export function randomChannelSwap(probability: number): Transform {
  return sometimesImage(probability, swapChannels);
}

/** Removes the colors with a probability, as Albumentations' ToGray. Boxes and polygons stay. */
export function randomGray(probability: number): Transform {
  return sometimesImage(probability, toGray);
}
