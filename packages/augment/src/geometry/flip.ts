import { sometimes, type Transform } from "../compose.ts";
import { reserve } from "../kernels/kernels.ts";
import type { Picture } from "../picture.ts";
import type { Sample } from "../sample.ts";
import { mirrorObjects, moveObjects, swapSides } from "./objects.ts";

/** The sample mirrored left to right. Twice is nothing. */
export function flipLeftRight(sample: Sample): Sample {
  return { ...mirrorObjects(sample, sample.picture.width), picture: mirrorRows(sample.picture) };
}

/** The sample mirrored upside down. Twice is nothing. */
export function flipUpDown(sample: Sample): Sample {
  const { picture } = sample;
  const { boxes, ...rest } = moveObjects(sample, { scale: [1, -1], shift: [0, picture.height] });
  return { ...rest, boxes: swapSides(boxes, 1), picture: mirrorColumns(picture) };
}

/** {@link flipLeftRight} with this probability. */
export function randomFlipLeftRight(probability: number): Transform {
  return sometimes(probability, flipLeftRight);
}

/** {@link flipUpDown} with this probability. */
export function randomFlipUpDown(probability: number): Transform {
  return sometimes(probability, flipUpDown);
}

function mirrorRows({ data, width, height }: Picture): Picture {
  const kernels = reserve(2 * data.length);
  const { bytes, free } = kernels;
  const target = free + data.length;
  bytes.set(data, free);
  kernels.mirror(free, target, width, height);
  return { data: bytes.slice(target, target + data.length), width, height };
}

function mirrorColumns({ data, width, height }: Picture): Picture {
  const mirrored = new Uint8Array(data.length);
  const stride = width * 3;
  for (let y = 0; y < height; y++) {
    mirrored.set(data.subarray(y * stride, (y + 1) * stride), (height - 1 - y) * stride);
  }
  return { data: mirrored, width, height };
}
