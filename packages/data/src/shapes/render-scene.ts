import { blankImage, type Image } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { type Color, mix } from "./color.ts";
import { type Outline, outlineBox, outlineOf, signedDistance } from "./outline.ts";
import { paintBackground, toByte } from "./paint-background.ts";
import type { Scene, SceneObject } from "./scene.ts";

/** Paints a scene; edges are smoothed by how far a pixel's center lies from the outline. */
export function renderScene(scene: Scene, rng: Random): Image {
  const image = blankImage({ width: scene.size, height: scene.size });
  paintBackground(image, scene.background, rng);
  for (const object of scene.objects) paintObject(image, object);
  return image;
}

/** Paints a shape with its shadow over what is there. */
export function paintObject(image: Image, object: SceneObject): void {
  const outline = outlineOf(object);
  const shadow = Math.max(1, object.radius * 0.08);
  const [left, top, right, bottom] = outlineBox(outline);
  const reach = Math.ceil(3 * shadow);
  const [x1, y1] = [Math.max(0, Math.floor(left)), Math.max(0, Math.floor(top))];
  const x2 = Math.min(image.width, Math.ceil(right) + reach);
  const y2 = Math.min(image.height, Math.ceil(bottom) + reach);
  for (let y = y1; y < y2; y++) {
    for (let x = x1; x < x2; x++) {
      const [px, py] = [x + 0.5, y + 0.5];
      const shade = 0.45 * softCover(distance(outline, object, [px - shadow, py - shadow]), shadow);
      if (shade > 0) blend(image, y * image.width + x, [0, 0, 0], shade);
      const d = distance(outline, object, [px, py]);
      const cover = Math.min(1, Math.max(0, 0.5 - d));
      if (cover > 0) blend(image, y * image.width + x, shading(object, px, py, d), cover);
    }
  }
}

/** Distance from what is drawn: the shape, or the line just inside its outline. */
function distance(outline: Outline, { stroke }: SceneObject, [x, y]: [number, number]): number {
  const d = signedDistance(outline, x, y);
  return stroke === 0 ? d : Math.abs(d + stroke / 2) - stroke / 2;
}

function softCover(d: number, width: number): number {
  const t = Math.min(1, Math.max(0, 0.5 - d / (2 * width)));
  return t * t * (3 - 2 * t);
}

/** Lighter at the top left, darker at the bottom right and along the edge. */
function shading({ color, x, y, radius }: SceneObject, px: number, py: number, d: number): Color {
  const slope = (px - x + (py - y)) / (2 * radius);
  const lit: Color = slope < 0 ? mix(color, [1, 1, 1], -0.35 * slope) : mix(color, [0, 0, 0], 0.35 * slope);
  const edge = Math.min(1, Math.max(0, 1 + d / Math.max(1.2, radius * 0.06)));
  return mix(lit, [0, 0, 0], 0.35 * edge);
}

function blend({ data }: Image, pixel: number, color: Color, cover: number): void {
  for (let c = 0; c < 3; c++) {
    const at = pixel * 3 + c;
    const below = (data[at] as number) / 255;
    data[at] = toByte(below + ((color[c] as number) - below) * cover);
  }
}
