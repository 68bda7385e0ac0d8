import { readdirSync, readFileSync } from "node:fs";
import { Random } from "@lookonce/random";
import { describeShared, sharedPath } from "@lookonce/testing";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeJpeg } from "./decode-jpeg.ts";

type Settings = { quality: number; chromaSubsampling?: string; progressive?: boolean };

/** A picture with soft ground, edges and grain. */
function scene(width: number, height: number): Buffer {
  const rng = new Random(`${width} ${height}`);
  return Buffer.from(
    Uint8ClampedArray.from({ length: width * height * 3 }, (_, i) => {
      const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
      const edge = (x * (c + 1) + y) % 23 < 9 ? 70 : 0;
      return 90 + 80 * Math.sin((x + c * 20) / 17) + edge + rng.integer(-20, 20) + y / 3;
    }),
  );
}

async function file(width: number, height: number, settings: Settings): Promise<Uint8Array> {
  return sharp(scene(width, height), { raw: { width, height, channels: 3 } })
    .jpeg(settings)
    .toBuffer();
}

async function bySharp(bytes: Uint8Array): Promise<Buffer> {
  return sharp(bytes, { failOn: "error", ignoreIcc: true })
    .autoOrient()
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer();
}

async function expectSame(bytes: Uint8Array): Promise<void> {
  const picture = decodeJpeg(bytes);
  expect(picture).toBeDefined();
  expect(Buffer.compare(picture?.data as Uint8Array, await bySharp(bytes))).toBe(0);
}

describe("decodeJpeg", () => {
  const sizes = [
    [5, 3],
    [16, 16],
    [33, 47],
    [100, 75],
    [129, 18],
  ] as const;
  for (const chromaSubsampling of ["4:2:0", "4:4:4"]) {
    it.each(sizes)(`gives libjpeg's bytes for ${chromaSubsampling}, %i × %i`, async (width, height) => {
      for (const quality of [10, 75, 100]) await expectSame(await file(width, height, { quality, chromaSubsampling }));
    });
  }

  it("decodes grey", async () => {
    const bytes = await sharp(scene(50, 31), { raw: { width: 50, height: 31, channels: 3 } })
      .greyscale()
      .jpeg()
      .toBuffer();
    await expectSame(bytes);
  });

  it("leaves what is out of the ordinary to others", async () => {
    expect(decodeJpeg(await file(40, 40, { quality: 80, progressive: true }))).toBeUndefined();
    const raw = { raw: { width: 40, height: 40, channels: 3 } } as const;
    const turned = await sharp(scene(40, 40), raw).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(decodeJpeg(turned)).toBeUndefined();
    const upright = await sharp(scene(40, 40), raw).withMetadata({ orientation: 1 }).jpeg().toBuffer();
    await expectSame(upright);
    const cmyk = await sharp(scene(40, 40), raw).toColourspace("cmyk").jpeg().toBuffer();
    expect(decodeJpeg(cmyk)).toBeUndefined();
    expect(decodeJpeg(await sharp(scene(40, 40), raw).png().toBuffer())).toBeUndefined();
    expect(decodeJpeg(new Uint8Array(0))).toBeUndefined();
  });

  it("never gives a picture from a file that is cut off", async () => {
    const bytes = await file(64, 48, { quality: 80 });
    for (let length = 0; length < bytes.length - 1; length += 37) {
      expect(decodeJpeg(bytes.subarray(0, length))).toBeUndefined();
    }
  });

  it("gives libjpeg's bytes or nothing, whatever is damaged", async () => {
    const bytes = await file(64, 48, { quality: 80 });
    const rng = new Random("damage");
    let decoded = 0;
    for (let i = 0; i < 1000; i++) {
      const damaged = Uint8Array.from(bytes);
      for (let n = rng.integer(1, 4); n > 0; n--) damaged[rng.integer(2, damaged.length)] = rng.integer(0, 256);
      const picture = decodeJpeg(damaged);
      if (picture === undefined || ++decoded > 200) continue;
      expect(Buffer.compare(picture.data, await bySharp(damaged))).toBe(0);
    }
    expect(decoded).toBeGreaterThan(100);
  });
});

const folder = "data/coco128/images/train2017";
describeShared("decodeJpeg on photographs", [folder], () => {
  it("gives libjpeg's bytes", async () => {
    for (const name of readdirSync(sharedPath(folder)).slice(0, 12)) {
      await expectSame(readFileSync(sharedPath(`${folder}/${name}`)));
    }
  });
});
