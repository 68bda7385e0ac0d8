import type { Image } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from "./enhance.ts";

/** How far colors may go: factors from 1 − this to 1 + this, the hue by up to ± this share of the circle. */
export interface ColorJitterRange {
  brightness: number;
  contrast: number;
  saturation: number;
  hue: number;
}

/** Changes brightness, contrast, saturation and hue, in random order (torchvision's ColorJitter). */
export function colorJitter(image: Image, range: ColorJitterRange, rng: Random): Image {
  const factor = (gain: number): number => rng.uniform(Math.max(0, 1 - gain), 1 + gain);
  const order = rng.permutation(4);
  const brightness = factor(range.brightness);
  const contrast = factor(range.contrast);
  const saturation = factor(range.saturation);
  const hue = rng.uniform(-range.hue, range.hue);
  const changes = [
    (one: Image): Image => adjustBrightness(one, brightness),
    (one: Image): Image => adjustContrast(one, contrast),
    (one: Image): Image => adjustSaturation(one, saturation),
    // Through HSV and back even a hue that stays loses levels
    (one: Image): Image => (range.hue === 0 ? one : adjustHue(one, hue)),
  ];
  return order.reduce((one, i) => changes[i]?.(one) ?? one, image);
}
