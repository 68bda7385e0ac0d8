import type { Image } from "@lookonce/image";
import { sometimes, type Transform } from "../compose.ts";
import { reserve } from "../kernels/kernels.ts";
import type { Sample } from "../sample.ts";
import { mirrorObjects } from "./objects.ts";

/**
 * The sample mirrored left to right. Twice is nothing.
 *
 * @param flip for each keypoint, which one of the original it shows: a left hand shows the right one (`flip_idx`)
 */
export function flipLeftRight(sample: Sample, flip?: readonly number[]): Sample {
  const { image } = sample;
  return { ...mirrorObjects(sample, { axis: 0, side: image.width, flip }), image: flipImageLeftRight(image) };
}

/** The sample mirrored upside down, keypoints exchanged as by {@link flipLeftRight} (YOLOv8 8.3). Twice is nothing. */
export function flipUpDown(sample: Sample, flip?: readonly number[]): Sample {
  const { image } = sample;
  return { ...mirrorObjects(sample, { axis: 1, side: image.height, flip }), image: flipImageUpDown(image) };
}

/** {@link flipLeftRight} with this probability. */
export function randomFlipLeftRight(probability: number, flip?: readonly number[]): Transform {
  return sometimes(probability, (sample) => flipLeftRight(sample, flip));
}

/** {@link flipUpDown} with this probability. */
export function randomFlipUpDown(probability: number, flip?: readonly number[]): Transform {
  return sometimes(probability, (sample) => flipUpDown(sample, flip));
}

/** An image mirrored left to right. */
export function flipImageLeftRight({ data, width, height }: Image): Image {
  const kernels = reserve(2 * data.length);
  const { bytes, free } = kernels;
  const target = free + data.length;
  bytes.set(data, free);
  kernels.mirror(free, target, width, height);
  return { data: bytes.slice(target, target + data.length), width, height };
}

/** An image mirrored upside down. */
export function flipImageUpDown({ data, width, height }: Image): Image {
  const mirrored = new Uint8Array(data.length);
  const stride = width * 3;
  for (let y = 0; y < height; y++) {
    mirrored.set(data.subarray(y * stride, (y + 1) * stride), (height - 1 - y) * stride);
  }
  return { data: mirrored, width, height };
}
