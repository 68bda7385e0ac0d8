import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { describeGolden, expectClose, goldenJson, hasShared, sharedPath } from "@lookonce/testing";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  blankImage,
  encodeImage,
  type Image,
  letterbox,
  readImage,
  readImageHeader,
  readImageSize,
  writeImage,
} from "./index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-image-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Rows of 8 equal pixels, 4 rows, of the given channels. */
function raw(pixel: readonly number[], bits: 8 | 16 = 8): Sharp {
  const values = Array.from({ length: 32 }, () => pixel).flat();
  const channels = pixel.length as 1 | 2 | 3 | 4;
  return sharp(bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values), {
    raw: { width: 8, height: 4, channels },
  });
}

const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error: unknown) => (error instanceof LookonceError ? error.code : `other: ${error}`),
  );

const gradient: Image = {
  data: Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7) % 256),
  width: 40,
  height: 30,
};

describe("readImage", () => {
  const cases: [string, Promise<Uint8Array>, number[]][] = [
    ["gray", raw([90]).toColourspace("b-w").png().toBuffer(), [90, 90, 90]],
    ["gray with alpha", raw([90, 10]).toColourspace("b-w").png().toBuffer(), [90, 90, 90]],
    ["alpha, whose colors it keeps", raw([200, 100, 50, 0]).png().toBuffer(), [200, 100, 50]],
    ["16 bits", raw([65535, 32896, 0], 16).toColourspace("rgb16").png().toBuffer(), [255, 128, 0]],
    ["16-bit gray", raw([32896], 16).toColourspace("gray16").png().toBuffer(), [128, 128, 128]],
    ["a palette", raw([255, 128, 0]).png({ palette: true }).toBuffer(), [255, 128, 0]],
  ];
  for (const [name, bytes, expected] of cases) {
    it(`reads ${name}`, async () => {
      const image = await readImage(await bytes);
      expect([image.width, image.height, image.data.length]).toEqual([8, 4, 96]);
      expect([...image.data.slice(0, 3)]).toEqual(expected);
    });
  }

  it("reads CMYK as the RGB it stands for", async () => {
    const bytes = await raw([200, 60, 60]).toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe("cmyk");
    expectClose((await readImage(bytes)).data.slice(0, 3), [200, 60, 60], { abs: 24 });
  });

  it("turns an image upright, and its size from the header, too", async () => {
    const bytes = await raw([10, 20, 30]).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await readImageSize(bytes)).toEqual({ width: 4, height: 8 });
    const { width, height } = await readImage(bytes);
    expect([width, height]).toEqual([4, 8]);
  });

  it("never decodes formats that are programs", async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
    expect((await sharp(svg).metadata()).format).toBe("svg");
    expect(await code(readImage(svg))).toBe("FORMAT");
    expect(await code(readImageHeader(svg))).toBe("FORMAT");
  });

  it("names what is missing, not an image, or truncated", async () => {
    const path = join(folder, "cut.jpg");
    const bytes = await encodeImage(gradient, ".jpg");
    await writeFile(path, bytes.subarray(0, bytes.length - 40));
    await expect(readImage(path)).rejects.toThrow("cut.jpg is not a whole image");
    expect(await code(readImage(path))).toBe("FORMAT");
    const png = await encodeImage(gradient, ".png");
    expect(await code(readImage(png.subarray(0, png.length >> 1)))).toBe("FORMAT");
    const text = join(folder, "text.png");
    await writeFile(text, "no image at all");
    expect(await code(readImage(text))).toBe("FORMAT");
    expect(await code(readImageSize(text))).toBe("FORMAT");
    expect(await code(readImage(join(folder, "none.jpg")))).toBe("NOT_FOUND");
    expect(await code(readImageSize(join(folder, "none.jpg")))).toBe("NOT_FOUND");
    await expect(readImage(folder)).rejects.toThrow("is a folder");
  });
});

describe("a limit of pixels", () => {
  it("applies to every decoder, before it decodes", async () => {
    const [png, jpeg] = [await encodeImage(gradient, ".png"), await encodeImage(gradient, ".jpg")];
    for (const [file, fast] of [
      [png, false],
      [jpeg, true],
    ] as const) {
      expect(await readImage(file, { fast, maxPixels: 1200 })).toMatchObject({ width: 40, height: 30 });
      const refused = readImage(file, { fast, maxPixels: 1199 });
      await expect(refused).rejects.toThrow(/it has 1200 pixels, more than 1199/);
    }
  });
});

describe("an image that is to be shrunk", () => {
  it("has about as many pixels as it may, and knows its size", async () => {
    const file = await raw([255, 128, 0]).withMetadata({ orientation: 6 }).png().toBuffer();
    expect(await readImage(file, { shrinkAbove: 32 })).toMatchObject({ width: 4, height: 8 });
    const small = await readImage(file, { shrinkAbove: 8 });
    expect(small).toMatchObject({ width: 2, height: 4, original: { width: 4, height: 8 } });
    expect([...small.data.subarray(0, 3)]).toEqual([255, 128, 0]);
    expect(await readImage(file, { shrinkAbove: 32 })).not.toHaveProperty("original");
  });
});

describe("readImageHeader", () => {
  it.each([
    ["webp", {}],
    ["png", { progressive: true }],
  ] as const)("reads a %s file as it is now, not as it was before", async (format, options) => {
    const file = join(folder, `changed.${format}`);
    for (const width of [8, 16]) {
      await writeFile(
        file,
        await raw([1, 2, 3]).resize(width, 4, { fit: "fill" }).toFormat(format, options).toBuffer(),
      );
      expect(await readImageHeader(file)).toMatchObject({ width, height: 4 });
    }
  });
});

describe("writeImage", () => {
  it("writes what readImage reads, PNG without loss and JPEG nearly so", async () => {
    const png = join(folder, "new", "deep", "a.png");
    await writeImage(png, gradient);
    expect((await readImage(png)).data).toEqual(gradient.data);
    const gray = blankImage({ width: 33, height: 17 }, [40, 150, 90]);
    await writeImage(join(folder, "a.JPG"), gray);
    expectClose((await readImage(join(folder, "a.JPG"))).data, gray.data, { abs: 3 });
  });

  it("refuses formats it does not know and pixels that do not fit", async () => {
    await expect(writeImage(join(folder, "a.jpgg"), gradient)).rejects.toThrow('Did you mean ".jpg"?');
    expect(await code(encodeImage({ ...gradient, width: 41 }, ".png"))).toBe("ARGUMENT");
    expect(await code(encodeImage(gradient, ".jpg", { quality: 0 }))).toBe("ARGUMENT");
    const [small, large] = await Promise.all([10, 99].map((quality) => encodeImage(gradient, ".jpg", { quality })));
    expect(small?.length).toBeLessThan(large?.length as number);
    await writeFile(join(folder, "file"), "");
    expect(await code(writeImage(join(folder, "file", "a.png"), gradient))).toBe("IO");
  });
});

describeGolden("images as YOLOv8 sees them", ["v8/predict/detections.json"], () => {
  const mean = ({ data }: Image, scale: number): number[] => {
    const sums = [0, 0, 0];
    for (let i = 0; i < data.length; i++) (sums[i % 3] as number) += data[i] as number;
    return sums.map((sum) => sum / (data.length / 3) / scale);
  };
  const place = (name: string): string => (/^\d/.test(name) ? `data/coco128/images/val2017/${name}` : `data/${name}`);

  // vocabulary-allow: pictures
  for (const run of goldenJson("v8/predict/detections.json").pictures) {
    const path = place(run.picture); // vocabulary-allow: picture
    const here = hasShared(path);
    // vocabulary-allow: picture
    it.skipIf(!here)(here ? run.picture : `${run.picture} (skipped: ../shared/${path} is not here)`, async () => {
      const image = await readImage(sharedPath(path));
      expect([image.height, image.width]).toEqual(run.height_width);
      expectClose(mean(image, 1), run.decoded_rgb_mean_0_255, { abs: 0.5 });
      const boxed = letterbox(image, { size: 640, auto: true });
      expect([1, 3, boxed.image.height, boxed.image.width]).toEqual(run.input_shape);
      expectClose(mean(boxed.image, 255), run.input_rgb_mean_0_1, { abs: 0.002 });
    });
  }
});
