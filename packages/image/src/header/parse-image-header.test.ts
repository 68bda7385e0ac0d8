import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hasShared, sharedPath } from "@lookonce/testing";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { type ImageHeader, parseImageHeader, readImageHeader } from "../index.ts";

const photographs = "data/coco128/images/train2017";
const [width, height] = [24, 17];
const image = (): Sharp => sharp({ create: { width, height, channels: 3, background: "red" } }).keepMetadata();

/** Checks that both readers find the same. */
async function compare(file: Uint8Array): Promise<ImageHeader | undefined> {
  const header = parseImageHeader(file);
  expect(header).toEqual(await readImageHeader(file));
  return header;
}

describe("parseImageHeader", () => {
  it.each(["jpeg", "png", "webp", "tiff", "avif"] as const)(
    "reads sizes and orientations of %s as sharp",
    async (format) => {
      for (let orientation = 1; orientation <= 8; orientation++) {
        await compare(await image().withMetadata({ orientation }).toFormat(format).toBuffer());
      }
    },
  );

  const variants: [string, Sharp][] = [
    ["progressive JPEG", image().jpeg({ progressive: true })],
    ["gray JPEG", image().grayscale().jpeg()],
    ["CMYK JPEG", image().toColourspace("cmyk").jpeg()],
    ["PNG with a palette", image().png({ palette: true, progressive: true })],
    ["lossless WebP", image().webp({ lossless: true })],
    ["WebP with alpha", image().ensureAlpha(0.5).webp()],
    ["GIF", image().gif()],
    ["BigTIFF", image().tiff({ bigtiff: true })],
    ["tiles", image().tiff({ tile: true, compression: "lzw" })],
    ["AVIF with alpha", image().ensureAlpha(0.5).avif()],
  ];
  it.each(variants)("reads the size of a %s", async (_, pipeline) => {
    expect(await compare(await pipeline.toBuffer())).toMatchObject({ width, height });
  });

  it("reads TIFF files of either byte order", async () => {
    const file = Buffer.alloc(8 + 2 + 3 * 12 + 4);
    file.write("MM\0*\0\0\0\x08", "latin1");
    file.writeUInt16BE(3, 8);
    for (const [i, [tag, type, value]] of (
      [
        [256, 4, 300],
        [257, 3, 200],
        [274, 3, 6],
      ] as const
    ).entries()) {
      file.writeUInt16BE(tag, 10 + 12 * i);
      file.writeUInt16BE(type, 12 + 12 * i);
      file.writeUInt32BE(1, 14 + 12 * i);
      if (type === 3) file.writeUInt16BE(value, 18 + 12 * i);
      else file.writeUInt32BE(value, 18 + 12 * i);
    }
    expect(parseImageHeader(file)).toEqual({ width: 200, height: 300, orientation: 6, format: "tiff" });
  });

  it.each([
    [800, 600],
    [0, 0],
    [3000, 20],
    [10, 10],
    [30, 20],
  ])("reads a GIF with a screen of %i × %i", async (...screen) => {
    const file = await image().gif().toBuffer();
    file.writeUInt16LE(screen[0], 6);
    file.writeUInt16LE(screen[1], 8);
    await compare(file);
  });

  it("leaves to a decoder what it does not know", async () => {
    const jpeg = await image().jpeg().toBuffer();
    const [avif, png] = [await image().avif().toBuffer(), await image().png().toBuffer()];
    const cropped = Buffer.from(avif.toString("latin1").replace("pixi", "clap"), "latin1");
    const other = Buffer.from(avif.toString("latin1").replaceAll("avif", "mif1"), "latin1");
    for (const file of [Buffer.from("text"), jpeg.subarray(0, 100), png.subarray(0, 20), cropped, other]) {
      expect(parseImageHeader(file)).toBeUndefined();
    }
  });

  it("follows no more boxes than real files have", async () => {
    const avif = await image().avif().toBuffer();
    const start = avif.readUInt32BE(0);
    const boxes = Buffer.alloc(8 * 2000, "\0\0\0\x08free", "latin1");
    expect(parseImageHeader(Buffer.concat([avif.subarray(0, start), boxes, avif.subarray(start)]))).toBeUndefined();
  });

  it.skipIf(!hasShared(photographs))("finds in real photographs what sharp finds", async () => {
    for (const name of readdirSync(sharedPath(photographs))) {
      await compare(readFileSync(join(sharedPath(photographs), name)));
    }
  });
});
