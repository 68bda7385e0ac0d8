import { sometimes, type Transform } from "../compose.ts";
import type { Picture } from "../picture.ts";

/** Red and blue change places. */
export function swapChannels({ data, width, height }: Picture): Picture {
  const target = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    target[i] = data[i + 2] as number;
    target[i + 1] = data[i + 1] as number;
    target[i + 2] = data[i] as number;
  }
  return { data: target, width, height };
}

/** All three channels become the grey 0.299 R + 0.587 G + 0.114 B, in 1/32768 as OpenCV's 8-bit conversion. */
export function toGrey({ data, width, height }: Picture): Picture {
  const target = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const r = data[i] as number;
    const grey = (r * 9798 + (data[i + 1] as number) * 19235 + (data[i + 2] as number) * 3735 + 16384) >> 15;
    target[i] = grey;
    target[i + 1] = grey;
    target[i + 2] = grey;
  }
  return { data: target, width, height };
}

/** Swaps red and blue with a probability: `bgr` of YOLOv8 (8.3). Boxes and polygons stay. */
export function randomChannelSwap(probability: number): Transform {
  return sometimes(probability, (sample) => ({ ...sample, picture: swapChannels(sample.picture) }));
}

/** Takes the colours away with a probability, as Albumentations' ToGray. Boxes and polygons stay. */
export function randomGrey(probability: number): Transform {
  return sometimes(probability, (sample) => ({ ...sample, picture: toGrey(sample.picture) }));
}
