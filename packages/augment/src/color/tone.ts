import { LookonceError } from "@lookonce/errors";
import type { Image } from "@lookonce/image";
import { power } from "@lookonce/random";
import { sometimesImage, type Transform } from "../compose.ts";

/** A contrast factor, and a brightness to add as a share of 255. */
export interface BrightnessContrast {
  contrast: number;
  brightness: number;
}

/** Options of {@link randomBrightnessContrast}. */
export interface RandomBrightnessContrastOptions {
  probability: number;
  /** Largest brightness to either side. Default 0.2. */
  brightness?: number;
  /** Largest difference of the contrast from 1 to either side. Default 0.2. */
  contrast?: number;
}

/** Options of {@link randomGamma}. */
export interface RandomGammaOptions {
  probability: number;
  /** Smallest and largest exponent. Default 0.8 to 1.2. */
  range?: readonly [low: number, high: number];
}

/** What every byte becomes: `v · contrast + 255 · brightness`, limited to 0 to 255, fractions cut off (Albumentations). */
export function brightnessContrastTable({ contrast, brightness }: BrightnessContrast): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, v) =>
    Math.min(255, Math.max(0, Math.fround(Math.fround(v * Math.fround(contrast)) + Math.fround(brightness * 255)))),
  );
}

/**
 * What every byte becomes: `255 · (v / 255) ^ gamma`, fractions cut off (Albumentations).
 *
 * @throws LookonceError `ARGUMENT` unless gamma is positive
 */
export function gammaTable(gamma: number): Uint8Array {
  if (!(gamma > 0)) throw new LookonceError("ARGUMENT", `gamma must be a positive number, not ${gamma}.`);
  // a hair more, so that 1 is the identity: (v / 255) · 255 may fall short of v
  return Uint8Array.from({ length: 256 }, (_, v) => power(v / 255, gamma) * 255 + 1e-9);
}

/** Every byte of the image by a table of 256. */
export function applyTable({ data, width, height }: Image, table: Uint8Array): Image {
  const target = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) target[i] = table[data[i] as number] as number;
  return { data: target, width, height };
}

/**
 * Changes brightness and contrast with a probability, as Albumentations' RandomBrightnessContrast. Contrast is drawn
 * first, then brightness, both uniformly. Boxes and polygons stay.
 */
export function randomBrightnessContrast(options: RandomBrightnessContrastOptions): Transform {
  const { probability, brightness = 0.2, contrast = 0.2 } = options;
  return sometimesImage(probability, (image, rng) => {
    const factor = 1 + rng.uniform(-contrast, contrast);
    return applyTable(
      image,
      brightnessContrastTable({ contrast: factor, brightness: rng.uniform(-brightness, brightness) }),
    );
  });
}

/**
 * Bends the tone curve by a uniformly drawn exponent with a probability, as Albumentations' RandomGamma. Boxes and
 * polygons stay.
 */
export function randomGamma({ probability, range = [0.8, 1.2] }: RandomGammaOptions): Transform {
  return sometimesImage(probability, (image, rng) => applyTable(image, gammaTable(rng.uniform(...range))));
}
