import type { Image, Size } from "@lookonce/image";
import sharp, { type OverlayOptions } from "sharp";
import type { Rect } from "../chart/svg.ts";

/** Something to draw on a canvas: an image scaled into a rectangle, or a whole SVG of the canvas's size. */
export type Layer = { image: Image; place: Rect } | { svg: string };

/** An image, or a canvas of one color (`#rrggbb`), with layers drawn on it, one above the other. */
export async function compose(ground: Image | (Size & { color: string }), layers: readonly Layer[]): Promise<Image> {
  const { width, height } = ground;
  const canvas =
    "data" in ground
      ? sharp(ground.data, { raw: { width, height, channels: 3 } })
      : sharp({ create: { width, height, channels: 3, background: ground.color } });
  const data = await canvas
    .composite(await Promise.all(layers.map(overlay)))
    .removeAlpha()
    .raw()
    .toBuffer();
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height };
}

async function overlay(layer: Layer): Promise<OverlayOptions> {
  if ("svg" in layer) return { input: Buffer.from(layer.svg), top: 0, left: 0 };
  const { data, width, height } = layer.image;
  const { x: left, y: top, ...size } = layer.place;
  // Enlarged images show their pixels as they are.
  const kernel = size.width > width ? "nearest" : "lanczos3";
  const input = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(size.width, size.height, { fit: "fill", kernel })
    .raw()
    .toBuffer();
  return { input, raw: { ...size, channels: 3 }, left, top };
}

/** An SVG as a PNG on a color. Equal figures become equal bytes, with one version of sharp. */
export async function renderPng(svg: string, color: string): Promise<Uint8Array> {
  const png = await sharp(Buffer.from(svg), { unlimited: true }).flatten({ background: color }).png().toBuffer();
  return new Uint8Array(png.buffer, png.byteOffset, png.byteLength);
}
