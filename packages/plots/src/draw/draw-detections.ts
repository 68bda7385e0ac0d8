import type { Image, Size } from "@lookonce/image";
import sharp, { type OverlayOptions, type Sharp } from "sharp";
import { boxesSvg, type Drawable, type DrawOptions } from "./boxes-svg.ts";

/** A copy of the image with boxes and labels; the best detections lie on top. */
export async function drawDetections(image: Image, drawable: Drawable, options: DrawOptions = {}): Promise<Image> {
  const { data, width, height } = image;
  const { detections, probs, trails = [], zones = [] } = drawable;
  const isEmpty = detections.count === 0 && probs === undefined && trails.length === 0 && zones.length === 0;
  if (isEmpty) return { data: data.slice(), width, height };
  const overlay = Buffer.from(boxesSvg(image, drawable, options));
  return overlaid(sharp(data, { raw: { width, height, channels: 3 } }), image, [{ input: overlay, top: 0, left: 0 }]);
}

/** A canvas of this size with overlays drawn on it, one above the other. */
export async function overlaid(canvas: Sharp, { width, height }: Size, overlays: OverlayOptions[]): Promise<Image> {
  const data = await canvas.composite(overlays).removeAlpha().raw().toBuffer();
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height };
}
