import sharp, { type Sharp } from "sharp";
import type { Image } from "./image.ts";

type Encoder = (pipeline: Sharp, quality: number) => Sharp;

const jpeg: Encoder = (pipeline, quality) => pipeline.jpeg({ quality });
const tiff: Encoder = (pipeline) => pipeline.tiff({ compression: "lzw" });

const encoders: Record<string, Encoder> = {
  ".jpg": jpeg,
  ".jpeg": jpeg,
  ".png": (pipeline) => pipeline.png(),
  ".webp": (pipeline, quality) => pipeline.webp({ quality }),
  ".avif": (pipeline, quality) => pipeline.avif({ quality }),
  ".tif": tiff,
  ".tiff": tiff,
};

/** Encodes an image in the format of an ending in small letters, at a quality from 1 to 100. */
export async function encode({ data, width, height }: Image, extension: string, quality: number): Promise<Uint8Array> {
  const encoder = encoders[extension] as Encoder;
  return encoder(sharp(data, { raw: { width, height, channels: 3 } }), quality).toBuffer();
}
