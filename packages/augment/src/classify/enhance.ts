import type { Image } from "@lookonce/image";
import { applyTable } from "../color/tone.ts";

/** L of Pillow's 8-bit conversion, 0.299 R + 0.587 G + 0.114 B in 1/65536. */
function grayOf(data: Uint8Array, i: number): number {
  return ((data[i] as number) * 19595 + (data[i + 1] as number) * 38470 + (data[i + 2] as number) * 7471 + 32768) >> 16;
}

/** `base + factor · (level − base)`, limited to 0 to 255, fractions cut off, as Pillow's `blend`. */
function blended(base: number, level: number, factor: number): number {
  return Math.min(255, Math.max(0, Math.trunc(base + factor * (level - base))));
}

/** What every level becomes. */
function tableOf(rule: (level: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, level) => rule(level));
}

/** Brighter by a factor: 0 is black, 1 the image itself (Pillow's Brightness). */
export function adjustBrightness(image: Image, factor: number): Image {
  return applyTable(
    image,
    tableOf((level) => blended(0, level, factor)),
  );
}

/** More contrast by a factor: 0 is the mean gray, 1 the image itself (Pillow's Contrast). */
export function adjustContrast(image: Image, factor: number): Image {
  const { data } = image;
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += grayOf(data, i);
  const mean = Math.trunc(sum / (data.length / 3) + 0.5);
  return applyTable(
    image,
    tableOf((level) => blended(mean, level, factor)),
  );
}

/** More color by a factor: 0 is gray, 1 the image itself (Pillow's Color). */
export function adjustSaturation({ data, width, height }: Image, factor: number): Image {
  const target = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const gray = grayOf(data, i);
    for (let k = i; k < i + 3; k++) target[k] = blended(gray, data[k] as number, factor);
  }
  return { data: target, width, height };
}

/** Sharper by a factor: 0 is smoothed, 1 the image itself, beyond it sharper (Pillow's Sharpness). Edges stay. */
export function adjustSharpness({ data, width, height }: Image, factor: number): Image {
  const target = data.slice();
  const stride = width * 3;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * stride + 3; i < (y + 1) * stride - 3; i++) {
      const row = (at: number): number => (data[at - 3] as number) + (data[at] as number) + (data[at + 3] as number);
      const level = data[i] as number;
      const smooth = Math.trunc((row(i - stride) + row(i) + row(i + stride) + 4 * level) / 13 + 0.5);
      target[i] = blended(smooth, level, factor);
    }
  }
  return { data: target, width, height };
}

/** Hue turned by a share of the circle, −0.5 to 0.5, in 255 steps as Pillow's HSV has them. */
export function adjustHue({ data, width, height }: Image, shift: number): Image {
  const target = new Uint8Array(data.length);
  const steps = Math.trunc(shift * 255) & 255;
  for (let i = 0; i < data.length; i += 3) turnHue(data, i, steps, target);
  return { data: target, width, height };
}

function turnHue(data: Uint8Array, i: number, steps: number, target: Uint8Array): void {
  const [r, g, b] = [data[i] as number, data[i + 1] as number, data[i + 2] as number];
  const value = Math.max(r, g, b);
  const range = value - Math.min(r, g, b);
  const saturation = value === 0 ? 0 : Math.trunc((range * 255) / value);
  if (saturation === 0) {
    // Pillow goes by whole steps of saturation, of which a nearly gray pixel has none
    target.fill(value, i, i + 3);
    return;
  }
  const [away, base] = value === r ? [g - b, 0] : value === g ? [b - r, 2] : [r - g, 4];
  const turn = ((base + away / range) / 6 + 1) % 1;
  const sixth = (((Math.trunc(turn * 255) + steps) & 255) * 6) / 255;
  const sector = Math.floor(sixth);
  const part = sixth - sector;
  const s = saturation / 255;
  levels[0] = value;
  levels[1] = Math.round(value * (1 - s));
  levels[2] = Math.round(value * (1 - s * part));
  levels[3] = Math.round(value * (1 - s * (1 - part)));
  for (let k = 0; k < 3; k++) target[i + k] = levels[levelOf[(sector % 6) * 3 + k] as number] as number;
}

/** For the pixel at hand: the highest level, the lowest, one that falls and one that rises along a sixth of the circle. */
const levels = new Uint8Array(4);

/** For each sixth of the circle, which of the levels red, green and blue have. */
const levelOf = Uint8Array.of(0, 3, 1, 2, 0, 1, 1, 0, 3, 1, 2, 0, 3, 1, 0, 0, 1, 2);

/** Only the highest bits of each level: 8 is the image itself. */
export function posterize(image: Image, bits: number): Image {
  const mask = 0xff00 >> bits;
  return applyTable(
    image,
    tableOf((level) => level & mask),
  );
}

/** Levels from the threshold on are turned to their negative; 255 turns white alone. */
export function solarize(image: Image, threshold: number): Image {
  return applyTable(
    image,
    tableOf((level) => (level < threshold ? level : 255 - level)),
  );
}

/** The negative. */
export function invert(image: Image): Image {
  return solarize(image, 0);
}

/** Each channel stretched to 0 to 255 (Pillow's autocontrast). */
export function autoContrast(image: Image): Image {
  return byChannel(image, (histogram) => {
    const low = histogram.findIndex((count) => count > 0);
    const high = histogram.findLastIndex((count) => count > 0);
    if (high <= low) return (level) => level;
    const scale = 255 / (high - low);
    return (level) => Math.min(255, Math.max(0, Math.trunc(level * scale - low * scale)));
  });
}

/** The levels of each channel made equally common (Pillow's equalize). */
export function equalizeChannels(image: Image): Image {
  return byChannel(image, (histogram) => {
    const highest = histogram[histogram.findLastIndex((count) => count > 0)] ?? 0;
    const step = Math.floor((image.width * image.height - highest) / 255);
    if (step === 0) return (level) => level;
    let below = Math.floor(step / 2);
    const table = Array.from(histogram, (count) => {
      const level = Math.min(255, Math.floor(below / step));
      below += count;
      return level;
    });
    return (level) => table[level] as number;
  });
}

/** Changes each channel by what is made of its histogram. */
function byChannel({ data, width, height }: Image, rule: (histogram: Int32Array) => (level: number) => number): Image {
  const target = new Uint8Array(data.length);
  for (let channel = 0; channel < 3; channel++) {
    const histogram = new Int32Array(256);
    for (let i = channel; i < data.length; i += 3) (histogram[data[i] as number] as number)++;
    const table = tableOf(rule(histogram));
    for (let i = channel; i < data.length; i += 3) target[i] = table[data[i] as number] as number;
  }
  return { data: target, width, height };
}
