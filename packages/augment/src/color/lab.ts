import { roundHalfEven } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { power } from "@lookonce/random";
import type { Plane } from "./luma.ts";

// CIE 1976 L*a*b* of sRGB with the white point D65, in 8 bits as OpenCV stores it: L · 255 / 100, a + 128, b + 128.

const white = [0.950456, 1, 1.088754] as const;
const toXyz = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
] as const;
const toRgb = [
  [3.240479, -1.53715, -0.498535],
  [-0.969256, 1.875991, 0.041556],
  [0.055648, -0.204043, 1.057311],
] as const;

/** Lightness, and the two color differences, each in 8 bits. */
export interface Lab {
  lightness: Plane;
  a: Uint8Array;
  b: Uint8Array;
}

/** −8145 = root of lightness 0 less the largest b. */
const lowestRoot = -8145;

let made: ReturnType<typeof makeTables> | undefined;

/** Tables that depend on nothing; made at first use. */
function tables(): ReturnType<typeof makeTables> {
  made ??= makeTables();
  return made;
}

function makeTables() {
  return {
    // Linear light of a byte, in 1/2040
    linear: Int32Array.from({ length: 256 }, (_, i) => roundHalfEven(2040 * linearLight(i / 255))),
    // The cube root of an amount in 1/2040, straightened near 0, in 1/32768
    root: Int32Array.from({ length: 3072 }, (_, i) => roundHalfEven(32768 * labRoot(i / 2040))),
    // Y of a lightness and its root as above, in 1/16384
    amount: Int32Array.from({ length: 256 }, (_, i) => roundHalfEven(16384 * labPower(rootOfLightness(i)))),
    amountRoot: Int32Array.from({ length: 256 }, (_, i) => roundHalfEven(16384 * rootOfLightness(i))),
    // What a / 500 and b / 200 add to that root, in 1/16384, in whole numbers as OpenCV approximates them
    aRoot: Int32Array.from({ length: 256 }, (_, i) => ((5 * i * 53687 + 128) >> 13) - 4194),
    bRoot: Int32Array.from({ length: 256 }, (_, i) => ((i * 41943 + 16) >> 9) - 10484),
    // The amount of a root, both in 1/16384; roots begin at `lowestRoot`
    power: Int32Array.from({ length: 36864 }, (_, i) => wholePower(i + lowestRoot)),
    // The byte of an amount of linear light in 1/4096
    byte: Uint8Array.from({ length: 4096 }, (_, i) => roundHalfEven(255 * displayValue(i / 4096))),
  };
}

/** To Lab, in whole numbers as OpenCV's 8-bit conversion computes. */
export function toLab({ data, width, height }: Image): Lab {
  const { linear, root } = tables();
  const rows = toXyz.map((row, i) => row.map((c) => roundHalfEven((c * 4096) / (white[i] as number))));
  const [x, y, z] = rows as [number[], number[], number[]];
  const count = width * height;
  const lightness = new Uint8ClampedArray(count);
  const a = new Uint8ClampedArray(count);
  const b = new Uint8ClampedArray(count);
  const share = (row: number[], red: number, green: number, blue: number): number =>
    root[(red * (row[0] as number) + green * (row[1] as number) + blue * (row[2] as number) + 2048) >> 12] as number;
  for (let p = 0, i = 0; p < count; p++, i += 3) {
    const red = linear[data[i] as number] as number;
    const green = linear[data[i + 1] as number] as number;
    const blue = linear[data[i + 2] as number] as number;
    const fx = share(x, red, green, blue);
    const fy = share(y, red, green, blue);
    const fz = share(z, red, green, blue);
    // 116 · 255 / 100 and 16 · 255 / 100
    lightness[p] = (296 * fy - 1336934 + 16384) >> 15;
    a[p] = (500 * (fx - fy) + 128 * 32768 + 16384) >> 15;
    b[p] = (200 * (fy - fz) + 128 * 32768 + 16384) >> 15;
  }
  const bytes = (plane: Uint8ClampedArray): Uint8Array => new Uint8Array(plane.buffer);
  return { lightness: { data: bytes(lightness), width, height }, a: bytes(a), b: bytes(b) };
}

/** Back to RGB, in whole numbers as OpenCV's 8-bit conversion computes. */
export function fromLab({ lightness, a, b }: Lab): Image {
  const { amount, amountRoot, aRoot, bRoot, power, byte } = tables();
  const { width, height } = lightness;
  const target = new Uint8Array(width * height * 3);
  const rows = toRgb.map((row) => row.map((c, i) => roundHalfEven(c * (white[i] as number) * 4096))) as number[][];
  const [red, green, blue] = rows as [number[], number[], number[]];
  const light = (row: number[], x: number, y: number, z: number): number =>
    ((row[0] as number) * x + (row[1] as number) * y + (row[2] as number) * z + 8192) >> 14;
  const inRange = (value: number): number => Math.min(4095, Math.max(0, value));
  for (let p = 0, i = 0; p < lightness.data.length; p++, i += 3) {
    const level = lightness.data[p] as number;
    const root = amountRoot[level] as number;
    const x = power[root + (aRoot[a[p] as number] as number) - lowestRoot] as number;
    const y = amount[level] as number;
    const z = power[root - (bRoot[b[p] as number] as number) - lowestRoot] as number;
    target[i] = byte[inRange(light(red, x, y, z))] as number;
    target[i + 1] = byte[inRange(light(green, x, y, z))] as number;
    target[i + 2] = byte[inRange(light(blue, x, y, z))] as number;
  }
  return { data: target, width, height };
}

/** The root that belongs to Y, of a lightness of 0 to 255. */
function rootOfLightness(lightness: number): number {
  return ((lightness * 100) / 255 + 16) / 116;
}

/** {@link labPower} in 1/16384, every division cut off. */
function wholePower(root: number): number {
  if (root <= 3390) return Math.trunc((root * 108) / 841) - 290;
  return Math.trunc((Math.trunc((root * root) / 16384) * root) / 16384);
}

function linearLight(value: number): number {
  return value <= 0.04045 ? value / 12.92 : power((value + 0.055) / 1.055, 2.4);
}

function displayValue(light: number): number {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * power(light, 1 / 2.4) - 0.055;
}

function labRoot(amount: number): number {
  return amount < 216 / 24389 ? (841 / 108) * amount + 16 / 116 : Math.cbrt(amount);
}

function labPower(root: number): number {
  return root <= 6 / 29 ? (root - 16 / 116) * (108 / 841) : root * root * root;
}
