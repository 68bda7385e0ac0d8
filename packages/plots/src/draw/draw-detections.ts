import type { Picture } from "@lookonce/augment";
import sharp from "sharp";
import { boxesSvg } from "./boxes-svg.ts";
import type { Drawable, DrawOptions } from "./drawable.ts";

/** A copy of the picture with boxes and labels; the best detections lie on top. */
export async function drawDetections(
  picture: Picture,
  drawable: Drawable,
  options: DrawOptions = {},
): Promise<Picture> {
  const { data, width, height } = picture;
  if (drawable.boxes.count === 0) return { data: data.slice(), width, height };
  const overlay = Buffer.from(boxesSvg(picture, drawable, options));
  const drawn = await sharp(data, { raw: { width, height, channels: 3 } })
    .composite([{ input: overlay, top: 0, left: 0 }])
    .removeAlpha()
    .raw()
    .toBuffer();
  return { data: new Uint8Array(drawn.buffer, drawn.byteOffset, drawn.byteLength), width, height };
}
