import type { Image } from "@lookonce/image";
import { sometimes, type Transform } from "../compose.ts";
import { reserve } from "../kernels/kernels.ts";
import type { Sample } from "../sample.ts";
import { mirrorObjects, moveObjects, swapSides } from "./objects.ts";

/** The sample mirrored left to right. Twice is nothing. */
export function flipLeftRight(sample: Sample): Sample {
  return { ...mirrorObjects(sample, sample.image.width), image: mirrorRows(sample.image) };
}

/** The sample mirrored upside down. Twice is nothing. */
export function flipUpDown(sample: Sample): Sample {
  const { image } = sample;
  const { boxes, ...rest } = moveObjects(sample, { scale: [1, -1], shift: [0, image.height] });
  return { ...rest, boxes: swapSides(boxes, 1), image: mirrorColumns(image) };
}

/** {@link flipLeftRight} with this probability. */
export function randomFlipLeftRight(probability: number): Transform {
  return sometimes(probability, flipLeftRight);
}

/** {@link flipUpDown} with this probability. */
export function randomFlipUpDown(probability: number): Transform {
  return sometimes(probability, flipUpDown);
}

function mirrorRows({ data, width, height }: Image): Image {
  const kernels = reserve(2 * data.length);
  const { bytes, free } = kernels;
  const target = free + data.length;
  bytes.set(data, free);
  kernels.mirror(free, target, width, height);
  return { data: bytes.slice(target, target + data.length), width, height };
}

function mirrorColumns({ data, width, height }: Image): Image {
  const mirrored = new Uint8Array(data.length);
  const stride = width * 3;
  for (let y = 0; y < height; y++) {
    mirrored.set(data.subarray(y * stride, (y + 1) * stride), (height - 1 - y) * stride);
  }
  return { data: mirrored, width, height };
}
