import { readdirSync, readFileSync } from "node:fs";
import { Random } from "@lookonce/random";
import { describeInBrowser, hasShared, type ModulePage, openModule, sharedPath } from "@lookonce/testing";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeImage, type Image, imageFormat, readImage, readImageHeader } from "./index.ts";
import type * as browser from "./test-images-in-browser.ts";

const [width, height] = [37, 23];

/** Pixels without any order, of channels of 8 or 16 bits. */
function noise(channels: 3 | 4, bits: 8 | 16 = 8): Sharp {
  const rng = new Random(`${channels} ${bits}`);
  const values = Array.from({ length: width * height * channels }, () => rng.integer(0, 2 ** bits));
  const data = bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
  return sharp(data, { raw: { width, height, channels } });
}

/** Waves, as of photographs: JPEG of noise is nothing to compare. */
function waves(size = { width: 160, height: 120 }): Sharp {
  const data = Uint8Array.from(
    { length: size.width * size.height * 3 },
    (_, i) => 120 + 100 * Math.sin(((i / 3) % size.width) / 9 + (i % 3)) * Math.cos(i / 3 / size.width / 11),
  );
  return sharp(data, { raw: { ...size, channels: 3 } });
}

const orientations = [1, 2, 3, 4, 5, 6, 7, 8];
const lossless = { lossless: true };

/** Files whose pixels are the same everywhere. */
const exact: [string, () => Sharp][] = [
  ...orientations.map((orientation): [string, () => Sharp] => [
    `PNG turned by ${orientation}`,
    () => noise(3).withMetadata({ orientation }).png(),
  ]),
  ...orientations.map((orientation): [string, () => Sharp] => [
    `WebP turned by ${orientation}`,
    () => noise(3).withMetadata({ orientation }).webp(lossless),
  ]),
  ["PNG with alpha, whose colors it keeps", () => noise(4).png()],
  ["WebP with alpha, whose colors it keeps", () => noise(4).webp({ ...lossless, exact: true })],
  ["PNG of 16 bits", () => noise(3, 16).toColourspace("rgb16").png()],
  ["gray PNG", () => noise(3).toColourspace("b-w").png()],
  ["PNG with a palette", () => noise(3).png({ palette: true, colors: 16 })],
  ["interlaced PNG", () => noise(3).png({ progressive: true })],
  ["PNG with a color profile", () => noise(3).withIccProfile("p3").png()],
  ["GIF", () => noise(3).gif()],
];

/** Files whose pixels decoders round differently. */
const near: [string, () => Sharp, number][] = [
  ...orientations.map((orientation): [string, () => Sharp, number] => [
    `JPEG turned by ${orientation}`,
    () => waves().withMetadata({ orientation }).jpeg(),
    1,
  ]),
  ["gray JPEG", () => waves().toColourspace("b-w").jpeg(), 1],
  ["progressive JPEG", () => waves().jpeg({ progressive: true, quality: 60 }), 1],
  ["WebP", () => waves().webp(), 1],
  ["AVIF", () => waves().avif(), 2],
];

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

describeInBrowser("images in a browser", () => {
  let page: ModulePage<typeof browser>;
  beforeAll(async () => {
    page = await openModule<typeof browser>(new URL("./test-images-in-browser.ts", import.meta.url));
  });
  afterAll(() => page.close());

  const read = async (...given: Parameters<typeof browser.read>): Promise<Image> => {
    const image = await page.call("read", ...given);
    if ("error" in image) throw new Error(image.error);
    return { ...image, data: new Uint8Array(Buffer.from(image.data, "base64")) };
  };
  const error = async (...given: Parameters<typeof browser.read>): Promise<string> => {
    const image = await page.call("read", ...given);
    return "error" in image ? image.error : "none";
  };
  /** How far the pixels of a file are from Node's, at most and in the mean. */
  const strays = async (file: Uint8Array): Promise<{ most: number; mean: number }> => {
    const [here, there] = [await readImage(file), await read(base64(file))];
    expect([there.width, there.height]).toEqual([here.width, here.height]);
    let [most, sum] = [0, 0];
    for (let i = 0; i < here.data.length; i++) {
      const off = Math.abs((here.data[i] as number) - (there.data[i] as number));
      most = Math.max(most, off);
      sum += off;
    }
    return { most, mean: sum / here.data.length };
  };

  it.each(exact)("%s: read to the bytes that Node reads", async (_, pipeline) => {
    const file = await pipeline().toBuffer();
    expect(await strays(file)).toEqual({ most: 0, mean: 0 });
    expect(await page.call("header", base64(file))).toEqual(await readImageHeader(file));
  });

  it.each(near)("%s: read to Node's pixels but for rounding", async (_, pipeline, most) => {
    expect((await strays(await pipeline().toBuffer())).most).toBeLessThanOrEqual(most);
  });

  it("bitmaps are read as in Node", async () => {
    const pixels = await noise(3).raw().toBuffer();
    expect(await strays(bitmap(pixels))).toEqual({ most: 0, mean: 0 });
    expect(await error(base64(bitmap(pixels).subarray(0, 400)))).toMatch(/^FORMAT: .* ends before its 851 pixels/);
  });

  const photographs = "data/coco128/images/train2017";
  it.skipIf(!hasShared(photographs))("photographs are within rounding of Node's pixels", async () => {
    const files = readdirSync(sharedPath(photographs)).slice(0, 8);
    for (const name of files) {
      const { most, mean } = await strays(readFileSync(`${sharedPath(photographs)}/${name}`));
      expect(most, name).toBeLessThanOrEqual(1);
      expect(mean, name).toBeLessThan(0.01);
    }
  });

  it("a worker reads what the page reads", async () => {
    for (const pipeline of [noise(4).png(), waves().jpeg()]) {
      const file = base64(await pipeline.toBuffer());
      expect(await page.call("readInWorker", file)).toEqual(await page.call("read", file));
    }
  });

  it("refuses damaged and truncated files, and those of other formats", async () => {
    const jpeg = await waves().jpeg().toBuffer();
    const png = await noise(3).png().toBuffer();
    const damaged = Buffer.from(png);
    damaged.fill(0x55, png.length >> 1, (png.length >> 1) + 9);
    for (const file of [
      jpeg.subarray(0, jpeg.length >> 1),
      png.subarray(0, png.length >> 1),
      damaged,
      Buffer.from("<svg/>"),
    ]) {
      expect(await error(base64(file))).toMatch(/^FORMAT: The blob of \d+ bytes is not a whole image/);
    }
    expect(await error(base64(await waves().tiff().toBuffer()))).toContain("this browser decodes no TIFF files");
  });

  it("bounds the pixels by the header, before the decoder is asked", async () => {
    const png = base64(await noise(3).png().toBuffer());
    expect(await error(png, { maxPixels: width * height - 1 })).toContain(`it has ${width * height} pixels, more than`);
    const huge = Buffer.from(
      await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
        .png()
        .toBuffer(),
    );
    huge.writeUInt32BE(60_000, 16);
    huge.writeUInt32BE(60_000, 20);
    expect(await error(base64(huge))).toContain("it has 3600000000 pixels, more than 268402689");
  });

  it.each([1, 6])("shrinks while decoding an image turned by %i", async (orientation) => {
    const upright = orientation === 1 ? [16, 12] : [12, 16];
    for (const format of ["jpeg", "webp"] as const) {
      const file = await waves().withMetadata({ orientation }).toFormat(format).toBuffer();
      const image = await read(base64(file), { shrinkAbove: 192 });
      expect([image.width, image.height, image.original?.width]).toEqual([...upright, (upright[0] as number) * 10]);
    }
  });

  it("an image larger than a canvas may be is read in strips", async () => {
    const tall = await sharp({ create: { width: 3, height: 70_000, channels: 3, background: "#1e78c8" } })
      .png()
      .toBuffer();
    const { data, ...size } = await read(base64(tall));
    expect([size.width, size.height, ...data.subarray(-3)]).toEqual([3, 70_000, 30, 120, 200]);
  });

  it("writes PNG without loss, JPEG and WebP nearly so, and says what it does not write", async () => {
    const image = await readImage(await waves().png().toBuffer());
    const sent = { ...image, data: base64(image.data) };
    const decoded = async (extension: string): Promise<Image> => {
      const file = Buffer.from(await page.call("encode", sent, extension), "base64");
      expect(imageFormat(file)).toBe(extension.slice(1).replace("jpg", "jpeg"));
      return readImage(file);
    };
    expect((await decoded(".png")).data).toEqual(image.data);
    for (const extension of [".jpg", ".webp"]) {
      const own = await readImage(await encodeImage(image, extension));
      const error = ({ data }: Image): number =>
        data.reduce((sum, level, i) => sum + Math.abs(level - (image.data[i] as number)), 0) / data.length;
      expect(error(await decoded(extension))).toBeLessThan(1.2 * error(own) + 0.2);
    }
    expect(await page.call("encode", sent, ".tif")).toContain("UNSUPPORTED: This browser writes no .tif files");
  });

  describe("imageFrom", () => {
    it("reads pixels of every kind that a page has", async () => {
      const kinds = await page.call("pixelsOfAllKinds");
      const expected = Uint8Array.from({ length: 24 }, (_, i) => i * 10).filter((_, i) => i % 4 !== 3);
      expect(Object.keys(kinds)).toHaveLength(7);
      for (const [name, image] of Object.entries(kinds)) {
        expect(image, name).toEqual({ width: 3, height: 2, data: base64(expected) });
      }
    });

    it("says so where there are none", async () => {
      const messages = await page.call("withoutPixels");
      expect(messages).toEqual(Array(2).fill(expect.stringContaining("ARGUMENT: There are no pixels to read yet")));
    });
  });
});

/** A Windows bitmap of {@link width} × {@link height} pixels with 24 bits: blue first, rows from the bottom, padded to 4 bytes. */
function bitmap(rgb: Uint8Array): Uint8Array {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + stride * height);
  file.write("BM");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      file.set(rgb.subarray(from, from + 3).toReversed(), 54 + (height - 1 - y) * stride + x * 3);
    }
  }
  return file;
}
