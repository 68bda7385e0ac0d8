import type { Image } from "@lookonce/image";
import sharp from "sharp";
import { boxesSvg } from "./boxes-svg.ts";
import type { Drawable, DrawOptions } from "./drawable.ts";

/** A copy of the image with boxes and labels; the best detections lie on top. */
export async function drawDetections(image: Image, drawable: Drawable, options: DrawOptions = {}): Promise<Image> {
  const { data, width, height } = image;
  if (drawable.detections.count === 0) return { data: data.slice(), width, height };
  const overlay = Buffer.from(boxesSvg(image, drawable, options));
  const drawn = await sharp(data, { raw: { width, height, channels: 3 } })
    .composite([{ input: overlay, top: 0, left: 0 }])
    .removeAlpha()
    .raw()
    .toBuffer();
  return { data: new Uint8Array(drawn.buffer, drawn.byteOffset, drawn.byteLength), width, height };
}
