import type { Image } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import type { Transform } from "../compose.ts";
import { turnColors } from "../kernels/turn-colors.ts";
import { hsvDivisions, hsvInverse } from "./hsv-arithmetic.ts";
import { type HsvShift, type HsvTables, type HueRule, hsvTables } from "./hsv-tables.ts";

/** Options of {@link randomHsv}. */
export interface RandomHsvOptions extends HsvShift {
  /** Default `turn`, as YOLOv8. */
  hueRule?: HueRule;
}

/** Three uniform numbers from −gain to gain: hue, saturation, value, drawn in this order (YOLOv5, YOLOv8). */
export function drawHsv(gains: HsvShift, rng: Random): HsvShift {
  return {
    hue: rng.uniform(-gains.hue, gains.hue),
    saturation: rng.uniform(-gains.saturation, gains.saturation),
    value: rng.uniform(-gains.value, gains.value),
  };
}

/**
 * Changes hue, saturation and value of every pixel by tables, in OpenCV's 8-bit HSV (hue in steps of 2°).
 *
 * The conversions produce OpenCV's bytes (4.6 to 5.0): toward HSV in whole numbers with divisions from tables, back in
 * single precision with fractions cut off.
 */
export function applyHsv(image: Image, tables: HsvTables): Image {
  const { width, height, data } = image;
  const target = new Uint8Array(data.length);
  const { saturationDivision, hueDivision } = hsvDivisions();
  const { middle, lowest, places } = hsvInverse();
  const { hue: hueTable, saturation: saturationTable } = tables;
  const value = Float32Array.from(tables.value, (v) => Math.fround(v) * Math.fround(1 / 255));
  for (let i = 0; i < data.length; i = (i + 3) | 0) {
    const r = data[i] as number;
    const g = data[i + 1] as number;
    const b = data[i + 2] as number;
    // Masks of sign bits in place of branches, which processors cannot foresee in images
    let less = (r - g) & ((r - g) >> 31);
    let high = (r - less) | 0;
    let low = (g + less) | 0;
    less = (high - b) & ((high - b) >> 31);
    high = (high - less) | 0;
    less = (b - low) & ((b - low) >> 31);
    low = (low + less) | 0;
    const span = (high - low) | 0;
    const saturation = (Math.imul(span, saturationDivision[high] as number) + 2048) >> 12;
    const isRed = ((high ^ r) - 1) >> 31;
    const isGreen = (((high ^ g) - 1) >> 31) & ~isRed;
    const isBlue = ~(isRed | isGreen);
    const turn = ((g - b) & isRed) | ((b - r + 2 * span) & isGreen) | ((r - g + 4 * span) & isBlue);
    let hue = (Math.imul(turn, hueDivision[span] as number) + 2048) >> 12;
    hue = (hue + ((hue >> 31) & 180)) | 0;
    const newHue = hueTable[hue] as number;
    const newSaturation = saturationTable[saturation] as number;
    const top = value[high] as number;
    const second = Math.fround(top * (middle[(newHue << 8) | newSaturation] as number));
    const bottom = Math.fround(top * (lowest[newSaturation] as number));
    const place = places[newHue] as number;
    target[i + (place & 3)] = Math.fround(top * 255) | 0;
    target[i + ((place >> 2) & 3)] = Math.fround(second * 255) | 0;
    target[i + (place >> 4)] = Math.fround(bottom * 255) | 0;
  }
  return { data: target, width, height };
}

/**
 * The tables of a random shift, or `undefined` where all gains are 0: then nothing is drawn and nothing happens.
 */
export function drawHsvTables({ hueRule, ...gains }: RandomHsvOptions, rng: Random): HsvTables | undefined {
  const still = gains.hue === 0 && gains.saturation === 0 && gains.value === 0;
  return still ? undefined : hsvTables(drawHsv(gains, rng), hueRule);
}

/**
 * Turns the colors by a random shift. Boxes and polygons stay.
 *
 * Gains are those of `hsv_h`, `hsv_s`, `hsv_v`. With all of them 0 nothing is drawn and nothing happens.
 */
export function randomHsv(options: RandomHsvOptions): Transform {
  return (sample, rng) => {
    const tables = drawHsvTables(options, rng);
    return tables === undefined ? sample : { ...sample, image: turnColors(sample.image, tables) };
  };
}
