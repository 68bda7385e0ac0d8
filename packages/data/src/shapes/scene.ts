import type { Random } from "@lookonce/random";
import { type Color, colorDistance, hsv } from "./color.ts";
import { outlineBox, outlineOf, type Placement, type ShapeName } from "./outline.ts";

/** The look of the ground. */
export interface Background {
  kind: "gradient" | "stripes" | "checks" | "blobs" | "grain";
  colors: [Color, Color];
  /** Direction in radians. */
  angle: number;
  /** Length of the pattern's period, in pixels. */
  period: number;
  /** Amplitude of the noise on every pixel, 0 to 1. */
  noise: number;
}

/** A shape in a scene. */
export interface SceneObject extends Placement {
  color: Color;
  /** Width of the line in pixels of a shape drawn as an outline; 0 when it is filled. */
  stroke: number;
}

/** All that an image shows, drawn from the random source; later objects cover earlier ones. */
export interface Scene {
  /** Side in pixels. */
  size: number;
  background: Background;
  objects: SceneObject[];
}

const backgroundKinds = ["gradient", "stripes", "checks", "blobs", "grain"] as const;

/** What is drawn. */
export interface SceneRules {
  /** Numbers of shapes, from and below. */
  count: readonly [least: number, below: number];
  /** The radius of the smallest as a share of the image's side, and how many times that the largest has. */
  radius: readonly [least: number, times: number];
  /** The largest turn to either side, in radians. */
  turn?: (shape: ShapeName) => number;
  /** Whether smaller shapes cover larger ones; otherwise later ones cover earlier ones. */
  smallOnTop?: boolean;
}

/** 2 to 5 shapes with radii of 6 to 24 % of the image's side. */
export const usualRules: SceneRules = { count: [2, 6], radius: [0.06, 4] };

/** How near two shapes may come: center distance over the sum of their radii. At 0.75 the one below stays mostly seen. */
const nearness = 0.75;

/** Draws shapes wholly inside an image, whose side is `size` pixels. */
export function drawScene(
  rng: Random,
  classes: readonly ShapeName[],
  size: number,
  rules: SceneRules = usualRules,
): Scene {
  const background = drawBackground(rng, size);
  const objects: SceneObject[] = [];
  const wanted = rng.integer(...rules.count);
  for (let tries = 0; objects.length < wanted && tries < Math.max(60, 10 * wanted); tries++) {
    const placement = drawPlacement(rng, classes, size, rules);
    const clear = objects.every(({ x, y, radius }) => {
      return Math.hypot(x - placement.x, y - placement.y) >= nearness * (radius + placement.radius);
    });
    if (!clear) continue;
    const outlined = rng.chance(0.3);
    const stroke = outlined ? Math.max(2, placement.radius * rng.uniform(0.17, 0.25)) : 0;
    objects.push({ ...placement, color: drawColor(rng, background), stroke });
  }
  if (rules.smallOnTop) objects.sort((a, b) => b.radius - a.radius);
  return { size, background, objects };
}

function drawBackground(rng: Random, size: number): Background {
  const hue = rng.uniform();
  const value = rng.uniform(0.2, 0.9);
  const other = value + (value > 0.55 ? -1 : 1) * rng.uniform(0.08, 0.3);
  const saturation = rng.uniform(0.05, 0.4);
  return {
    kind: rng.choice(backgroundKinds),
    colors: [hsv(hue, saturation, value), hsv((hue + rng.uniform(0, 0.15)) % 1, saturation, other)],
    angle: rng.uniform(0, 2 * Math.PI),
    period: size * rng.uniform(0.06, 0.25),
    noise: rng.uniform(0.02, 0.14),
  };
}

function drawPlacement(
  rng: Random,
  classes: readonly ShapeName[],
  size: number,
  { radius: [least, times], turn }: SceneRules,
): Placement {
  const shape = rng.choice(classes);
  const radius = size * least * times ** rng.uniform();
  const most = turn?.(shape);
  const angle = most === undefined ? rng.uniform(0, 2 * Math.PI) : rng.uniform(-most, most);
  const [left, top, right, bottom] = outlineBox(outlineOf({ shape, x: 0, y: 0, radius, angle }));
  const x = rng.uniform(1 - left, size - 1 - right);
  const y = rng.uniform(1 - top, size - 1 - bottom);
  return { shape, x, y, radius, angle };
}

/** A lively color that stands out from both colors of the ground. */
function drawColor(rng: Random, { colors }: Background): Color {
  let best: Color = [1, 1, 1];
  let contrast = 0;
  for (let tries = 0; tries < 12 && contrast < 0.55; tries++) {
    const color = hsv(rng.uniform(), rng.uniform(0.6, 1), rng.uniform(0.55, 1));
    const distance = Math.min(colorDistance(color, colors[0]), colorDistance(color, colors[1]));
    if (distance > contrast) {
      best = color;
      contrast = distance;
    }
  }
  return best;
}
