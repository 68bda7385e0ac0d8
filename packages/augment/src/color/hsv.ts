import type { Image } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import type { Transform } from "../compose.ts";
import { type Kernels, reserve } from "../kernels/kernels.ts";

/** How far the colors turn: drawn from −gain to gain, each. */
export interface HsvShift {
  hue: number;
  saturation: number;
  value: number;
}

/**
 * What a shift does to the hue: YOLOv8 (8.3) turns it by `hue · 180` of OpenCV's 180 steps, YOLOv5 (6.1, 7.0) multiplies
 * it by `1 + hue`, so that red stays and magenta moves most.
 */
export type HueRule = "turn" | "multiply";

/** What each hue (0 to 179), saturation and value (0 to 255) becomes. */
export interface HsvTables {
  hue: Uint8Array;
  saturation: Uint8Array;
  value: Uint8Array;
}

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

/** The tables of a shift: saturation and value are multiplied by `1 + shift` and limited to 255; fractions are cut off. */
export function hsvTables(shift: HsvShift, hueRule: HueRule = "turn"): HsvTables {
  const hue = Uint8Array.from({ length: 180 }, (_, i) => {
    const turned = hueRule === "turn" ? i + shift.hue * 180 : i * (shift.hue + 1);
    return turned - 180 * Math.floor(turned / 180);
  });
  const scaled = (by: number): Uint8Array =>
    Uint8Array.from({ length: 256 }, (_, i) => Math.min(255, i * Math.max(0, by + 1)));
  return { hue, saturation: scaled(shift.saturation), value: scaled(shift.value) };
}

/** The tables of a random shift, or `undefined` where all gains are 0: then nothing is drawn and nothing happens. */
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
    return tables === undefined ? sample : { ...sample, image: applyHsv(sample.image, tables) };
  };
}

/**
 * Changes hue, saturation and value of every pixel by tables, in OpenCV's 8-bit HSV (hue in steps of 2°).
 *
 * The conversions, which are WebAssembly, produce OpenCV's bytes (4.6 to 5.0): toward HSV in whole numbers with divisions
 * from tables, back in single precision with fractions cut off.
 */
export function applyHsv({ data, width, height }: Image, tables: HsvTables): Image {
  const kernels = reserve(data.length + 64);
  const { bytes, free } = kernels;
  bytes.set(data, free);
  turnPixels(kernels, { at: free, count: width * height }, tables);
  return { data: bytes.slice(free, free + data.length), width, height };
}

/** Offsets within the kernels' room for colors; `kernels/hsv.ts` describes the tables. */
const places = {
  middle: 0,
  lowest: 180 * 256 * 4,
  order: 180 * 256 * 4 + 1024,
  hue: 180 * 256 * 4 + 1024 + 180 * 16,
  saturation: 180 * 256 * 4 + 1024 + 180 * 16 + 256,
  value: 180 * 256 * 4 + 1024 + 180 * 16 + 512,
  strip: 180 * 256 * 4 + 1024 + 180 * 16 + 512 + 1024,
};

let lasting = false;

/** {@link applyHsv} in place, of pixels that lie in the kernels' memory. */
export function turnPixels(
  kernels: Kernels,
  { at: pixels, count }: { at: number; count: number },
  tables: HsvTables,
): void {
  const { bytes, colors } = kernels;
  if (!lasting) fillLastingTables(bytes, colors);
  lasting = true;
  bytes.set(tables.hue, colors + places.hue);
  bytes.set(tables.saturation, colors + places.saturation);
  const shares = Float32Array.from(tables.value, (level) => Math.fround(level) * Math.fround(1 / 255));
  bytes.set(new Uint8Array(shares.buffer), colors + places.value);
  const at = (place: keyof typeof places): number => colors + places[place];
  const lookedUp = [at("hue"), at("saturation"), at("value"), at("middle"), at("lowest"), at("order")];
  kernels.turnColors(pixels, count, at("strip"), ...lookedUp);
}

/** For each sixth of the circle: the channel of the value, the middle one, the lowest. */
const channels = ["012", "102", "120", "210", "201", "021"];

/** What does not depend on the shift: factors, and the order of channels as byte positions of three 32-bit numbers. */
function fillLastingTables(bytes: Uint8Array, colors: number): void {
  const middle = new Float32Array(bytes.buffer, colors + places.middle, 180 * 256);
  const lowest = new Float32Array(bytes.buffer, colors + places.lowest, 256);
  const shares = Float32Array.from({ length: 256 }, (_, s) => s * Math.fround(1 / 255));
  lowest.set(shares.map((share) => 1 - share));
  for (let h = 0; h < 180; h++) {
    // OpenCV keeps the position within the sixth in single precision; fractions are cut off later, so it shows
    const place = Math.fround(h * Math.fround(6 / 180));
    const sixth = Math.floor(place);
    const part = Math.fround(place - sixth);
    const distance = sixth % 2 === 0 ? Math.fround(1 - part) : part;
    middle.set(
      shares.map((share) => 1 - share * distance),
      h * 256,
    );
    const row = bytes.subarray(colors + places.order + h * 16, colors + places.order + h * 16 + 16).fill(0x80);
    for (const [rank, channel] of [...(channels[sixth] as string)].entries()) row[Number(channel)] = 4 * rank;
  }
}
