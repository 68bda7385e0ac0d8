import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { parseImageHeader, readImage, readImageHeader } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import sharp, { type Sharp } from "sharp";
import { inspectStructure } from "../../../packages/data/src/verify/image-damage.ts";
import { mix, mutateHeader } from "../mutate/bytes.ts";
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
  const bytes = readFileSync(file);
  inspectStructure(bytes);
  const header = await readImageHeader(bytes);
  // Decoders may reserve memory for all pixels, and large images are not what is tried here
  if (header.width * header.height > 100_000) return;
  // Half of the files with each decoder of JPEG
  await readImage(bytes, { fast: bytes.length % 2 === 0 });
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
]);
/** Apart, since converting colors needs fifty times the time of decoding. */
export const cmykJpeg: Target = target("jpg", async () => [await image().toColourspace("cmyk").jpeg().toBuffer()]);
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
/** Every format's header as the service reads it, without a decoder. */
export const imageHeader: Target = {
  file: "a.image",
  seeds: async () =>
    (await Promise.all([jpeg, cmykJpeg, png, webp, gif, tiff, avif, bmp].map(({ seeds }) => seeds()))).flat(),
  mutate: mix(mutateHeader, mutatePng),
  read(file) {
    parseImageHeader(readFileSync(file));
  },
};

export const bmp: Target = target("bmp", () => [bitmap()]);
