import type { Image } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { mix } from "./color.ts";
import type { Background } from "./scene.ts";

/** From 0 to 1: how much of the second color a place shows. */
type Pattern = (x: number, y: number) => number;

/** Paints the ground over the whole image; blobs and noise come from the random source. */
export function paintBackground(image: Image, background: Background, rng: Random): void {
  const pattern = patternOf(background, Math.max(image.width, image.height), rng);
  const { data, width, height } = image;
  const { colors, noise } = background;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const [r, g, b] = mix(colors[0], colors[1], pattern(x, y));
      const speck = rng.uniform(-noise, noise);
      data[i] = toByte(r + speck);
      data[i + 1] = toByte(g + speck);
      data[i + 2] = toByte(b + speck);
    }
  }
}

/** A byte from 0 to 1; what lies outside is cut. */
export function toByte(value: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}

function patternOf({ kind, angle, period }: Background, size: number, rng: Random): Pattern {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const along: Pattern = (x, y) => x * cos + y * sin;
  const across: Pattern = (x, y) => y * cos - x * sin;
  const wave = (distance: number): number => Math.sin((Math.PI * distance) / period);
  switch (kind) {
    case "gradient":
      return (x, y) => 0.5 + along(x - size / 2, y - size / 2) / (1.4 * size);
    case "stripes":
      return (x, y) => softStep(Math.sin((2 * Math.PI * along(x, y)) / period), period);
    case "checks":
      return (x, y) => softStep(wave(along(x, y)) * wave(across(x, y)), period);
    case "blobs":
      return valueNoise(rng, size, period * 1.6);
    case "grain":
      return valueNoise(rng, size, Math.max(2.5, period / 6));
  }
}

/** 0 below and 1 above zero, with an edge about a pixel wide. */
function softStep(wave: number, period: number): number {
  return Math.min(1, Math.max(0, 0.5 + (wave * period) / 6));
}

/** Random values on a grid, joined smoothly (value noise with Perlin's quintic, 2002). */
function valueNoise(rng: Random, size: number, cell: number): Pattern {
  const columns = Math.ceil(size / cell) + 2;
  const values = Float64Array.from({ length: columns * columns }, () => rng.uniform());
  const fade = (t: number): number => t * t * t * (t * (t * 6 - 15) + 10);
  return (x, y) => {
    const [u, v] = [x / cell, y / cell];
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const [s, t] = [fade(u - i), fade(v - j)];
    const at = j * columns + i;
    const upper = (values[at] as number) * (1 - s) + (values[at + 1] as number) * s;
    const lower = (values[at + columns] as number) * (1 - s) + (values[at + columns + 1] as number) * s;
    return upper * (1 - t) + lower * t;
  };
}
