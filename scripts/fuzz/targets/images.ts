import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { readImage, readImageHeader } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import sharp, { type Sharp } from "sharp";
import { verifyImages } from "../../../packages/data/src/verify/verify-images.ts";
import { mutateHeader } from "../mutate/bytes.ts";
import type { Target } from "../target.ts";

const [width, height] = [24, 16];
const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7) % 256);
const image = (): Sharp => sharp(pixels, { raw: { width, height, channels: 3 } });

/** A small image, some of them with metadata. */
export function encoded(format: "jpeg" | "png" | "webp" | "gif" | "tiff" | "avif"): Promise<Buffer> {
  const turned = image().withMetadata({ orientation: 6 });
  return (format === "jpeg" || format === "png" ? turned : image()).toFormat(format).toBuffer();
}

/** A Windows bitmap of 24 bits. */
function bitmap(): Uint8Array {
  const head = Buffer.alloc(54);
  head.write("BM");
  for (const [at, value] of [
    [2, 54 + pixels.length],
    [10, 54],
    [14, 40],
    [18, width],
    [22, height],
  ] as const) {
    head.writeUInt32LE(value, at);
  }
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  return Buffer.concat([head, pixels]);
}

async function read(file: string): Promise<void> {
  await verifyImages([file], { classCount: 1 });
  const header = await readImageHeader(file);
  // Decoders may reserve memory for all pixels, and large images are not what is tried here
  if (header.width * header.height <= 4_000_000) await readImage(readFileSync(file), { fast: true });
}

function target(ending: string, seeds: Target["seeds"], mutate: Target["mutate"] = mutateHeader): Target {
  return { file: `a.${ending}`, seeds, mutate, read };
}

/** Changes a PNG file, and mends the checksums of its chunks in most cases, so that what is in them is read. */
function mutatePng(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = Buffer.from(mutateHeader(bytes, random));
  if (random.chance(0.2)) return changed;
  for (let at = 8; at + 12 <= changed.length; ) {
    const end = at + 8 + changed.readUInt32BE(at);
    if (end + 4 > changed.length) break;
    changed.writeUInt32BE(crc32(changed.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return changed;
}

export const jpeg: Target = target("jpg", async () => [
  await encoded("jpeg"),
  await image().jpeg({ progressive: true }).toBuffer(),
  await image().toColourspace("cmyk").jpeg().toBuffer(),
]);
export const png: Target = target(
  "png",
  async () => [await encoded("png"), await image().png({ palette: true, progressive: true }).toBuffer()],
  mutatePng,
);
export const webp: Target = target("webp", async () => [
  await encoded("webp"),
  await image().webp({ lossless: true }).toBuffer(),
]);
export const gif: Target = target("gif", async () => [await encoded("gif")]);
export const tiff: Target = target("tiff", async () => [
  await encoded("tiff"),
  await image().tiff({ compression: "lzw", tile: true }).toBuffer(),
]);
export const avif: Target = target("avif", async () => [await encoded("avif")]);
export const bmp: Target = target("bmp", () => [bitmap()]);
