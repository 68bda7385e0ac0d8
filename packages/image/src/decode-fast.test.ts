import { readdirSync, readFileSync } from "node:fs";
import { Random } from "@lookonce/random";
import { describeShared, sharedPath } from "@lookonce/testing";
import sharp, { type JpegOptions, type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { decodeFast } from "./decode-fast.ts";
import { readImage } from "./read-image.ts";

const [width, height] = [65, 47];
const scene: Sharp = (() => {
  const rng = new Random("scene");
  const pixels = Uint8ClampedArray.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return 90 + 80 * Math.sin((x + (i % 3) * 20) / 17) + rng.integer(-10, 10) + y;
  });
  return sharp(Buffer.from(pixels), { raw: { width, height, channels: 3 } });
})();
const jpeg = (options?: JpegOptions): Promise<Uint8Array> => scene.clone().jpeg(options).toBuffer();

async function strays(bytes: Uint8Array): Promise<{ most: number; mean: number }> {
  const [fast, exact] = [await decodeFast(bytes, 1e6), await readImage(bytes)];
  expect([fast?.width, fast?.height, fast?.data.length]).toEqual([exact.width, exact.height, exact.data.length]);
  const off = exact.data.map((level, i) => Math.abs(level - (fast?.data[i] as number)));
  return { most: off.reduce((a, b) => Math.max(a, b)), mean: off.reduce((sum, d) => sum + d, 0) / off.length };
}

/** The bytes, or why there are none. */
const outcome = (bytes: Uint8Array, fast: boolean): Promise<Uint8Array | string> =>
  readImage(bytes, { fast }).then(
    ({ data }) => data,
    (error: Error) => error.message,
  );

describe("decodeFast", () => {
  it.each([
    {},
    { quality: 30 },
    { chromaSubsampling: "4:4:4" },
    { progressive: true },
    { mozjpeg: true },
  ] satisfies JpegOptions[])("is a few levels off libjpeg: %j", async (options) => {
    const { most, mean } = await strays(await jpeg(options));
    expect(most).toBeLessThan(12);
    expect(mean).toBeLessThan(0.7);
  });

  it.each([{}, { quality: 30 }, { chromaSubsampling: "4:4:4" }] satisfies JpegOptions[])(
    "decodes no more rows than are needed, to the same pixels: %j",
    async (options) => {
      const bytes = await jpeg(options);
      const whole = await decodeFast(bytes, 1e6);
      for (let rows = 1; rows < height + 4; rows++) {
        const top = await decodeFast(bytes, 1e6, rows);
        // Blocks of 16 rows, with one row of the next
        expect(top?.height).toBe(rows < 32 ? rows : height);
        const expected = whole?.data.subarray(0, (top?.height ?? 0) * width * 3) ?? [];
        expect(Buffer.from(expected).equals(top?.data ?? Buffer.alloc(0))).toBe(true);
      }
    },
  );

  it("decodes all rows of files that have them in several scans", async () => {
    const bytes = await jpeg({ progressive: true });
    expect(await decodeFast(bytes, 1e6, 5)).toEqual(await decodeFast(bytes, 1e6));
  });

  it("ignores color profiles, as readImage does", async () => {
    const bytes = await scene.clone().withIccProfile("p3").jpeg().toBuffer();
    expect((await strays(bytes)).most).toBeLessThan(12);
  });

  it.each([
    ["turned", scene.clone().withMetadata({ orientation: 6 }).jpeg()],
    ["gray", scene.clone().toColourspace("b-w").jpeg()],
    ["CMYK", scene.clone().toColourspace("cmyk").jpeg()],
    ["PNG", scene.clone().png()],
  ])("leaves %s images to sharp", async (_, pipeline) => {
    const bytes: Uint8Array = await pipeline.toBuffer();
    expect(await decodeFast(bytes, 1e6)).toBeUndefined();
    expect(await outcome(bytes, true)).toEqual(await outcome(bytes, false));
  });

  it("leaves files to sharp that are cut off, wherever, and those that go on behind their end", async () => {
    const bytes = await jpeg();
    for (let length = 0; length < bytes.length; length += 61) {
      const cut = bytes.subarray(0, length);
      expect(await decodeFast(cut, 1e6)).toBeUndefined();
      expect(typeof (await outcome(cut, true))).toBe("string");
    }
    const longer = Uint8Array.from([...bytes, 0, 0, 0]);
    expect(await decodeFast(longer, 1e6)).toBeUndefined();
    expect(await outcome(longer, true)).toEqual(await outcome(longer, false));
  });

  it("accepts and refuses what sharp does, whatever is damaged", async () => {
    const bytes = await jpeg();
    const rng = new Random("damage");
    const count = { taken: 0, refused: 0 };
    for (let i = 0; i < 400; i++) {
      const damaged = Uint8Array.from(bytes);
      for (let n = rng.integer(1, 4); n > 0; n--) damaged[rng.integer(2, damaged.length - 2)] = rng.integer(0, 256);
      const [fast, exact] = [await outcome(damaged, true), await outcome(damaged, false)];
      if (typeof exact === "string") expect(fast).toBe(exact);
      else expect(fast.length).toBe(exact.length);
      count[typeof exact === "string" ? "refused" : "taken"]++;
    }
    expect(Math.min(count.taken, count.refused)).toBeGreaterThan(40);
  });
});

const folder = "data/coco128/images/train2017";
describeShared("decodeFast on photographs", [folder], () => {
  it("is a few levels off libjpeg", async () => {
    for (const name of readdirSync(sharedPath(folder)).slice(0, 12)) {
      const { most, mean } = await strays(readFileSync(sharedPath(`${folder}/${name}`)));
      expect(most).toBeLessThan(12);
      expect(mean).toBeLessThan(0.7);
    }
  });
});
