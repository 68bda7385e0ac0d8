import { familySettings } from "@lookonce/config";
import type { Prediction } from "@lookonce/geometry";
import { blankImage, type Image, type Size } from "@lookonce/image";
import { describe, expect, it } from "vitest";
import { detectAugmented } from "./detect-augmented.ts";
import type { Detector, DetectorOutput } from "./detector.ts";

/** Strides of the eyes below. */
const strides = [8, 16, 32];

/** A detector that sees brightness: every cell of its grids says how bright its middle is, as a box of the cell's size. */
class Eyes implements Detector {
  readonly family = familySettings.v8;
  readonly names = ["light"];
  readonly stride = 32;
  readonly fixedSize: Size | undefined;
  readonly seen: Size[] = [];
  readonly #layout: "NAC" | "NCA";

  constructor({ fixedSize, layout = "NAC" }: { fixedSize?: Size; layout?: "NAC" | "NCA" } = {}) {
    this.fixedSize = fixedSize;
    this.#layout = layout;
  }

  async detect(images: readonly Image[]): Promise<DetectorOutput> {
    const { width, height } = images[0] as Image;
    this.seen.push({ width, height });
    const predictions = images.map((image) => this.#see(image, { width, height }));
    return { predictions, prepareMs: 0, inferenceMs: 0 };
  }

  async dispose(): Promise<void> {}

  #see(image: Image, size: Size): Prediction {
    expect({ width: image.width, height: image.height }).toEqual(size);
    const rows = strides.flatMap((stride) => {
      const [columns, lines] = [size.width / stride, size.height / stride];
      return Array.from({ length: columns * lines }, (_, i) => {
        const [x, y] = [((i % columns) + 0.5) * stride, (Math.floor(i / columns) + 0.5) * stride];
        const brightness = image.data[(Math.floor(y) * size.width + Math.floor(x)) * 3] as number;
        return [x, y, stride, stride, brightness / 255];
      });
    });
    if (this.#layout === "NAC") {
      return { data: Float32Array.from(rows.flat()), shape: [1, rows.length, 5], layout: "NAC", hasObjectness: false };
    }
    const columns = [0, 1, 2, 3, 4].flatMap((channel) => rows.map((row) => row[channel] as number));
    return { data: Float32Array.from(columns), shape: [1, 5, rows.length], layout: "NCA", hasObjectness: false };
  }
}

/** Black, with a white square around a point. */
function light(size: Size, x: number, y: number, reach = 24): Image {
  const image = blankImage(size, 0);
  for (let row = y - reach; row < y + reach; row++) {
    for (let column = x - reach; column < x + reach; column++) {
      image.data.fill(255, (row * size.width + column) * 3, (row * size.width + column + 1) * 3);
    }
  }
  return image;
}

async function detectViews(eyes: Eyes, image: Image): Promise<number[][]> {
  const { predictions } = await detectAugmented(eyes, [image]);
  const [raw] = predictions as [Prediction];
  expect(raw.layout).toBe("NAC");
  const channels = raw.shape[2] as number;
  return Array.from({ length: raw.shape[1] as number }, (_, i) => [
    ...raw.data.subarray(i * channels, (i + 1) * channels),
  ]);
}

const anchorsOf = ({ width, height }: Size, of = strides): number =>
  of.reduce((sum, stride) => sum + (width / stride) * (height / stride), 0);

describe("detectAugmented", () => {
  it("runs on the sizes of the published rule, multiples of the stride", async () => {
    const eyes = new Eyes();
    await detectViews(eyes, blankImage({ width: 640, height: 480 }));
    expect(eyes.seen).toEqual([
      { width: 640, height: 480 },
      { width: 544, height: 416 },
      { width: 448, height: 352 },
    ]);
  });

  it("leaves out the coarsest grid of the largest view and the finest of the smallest", async () => {
    const size = { width: 640, height: 480 };
    const rows = await detectViews(new Eyes(), blankImage(size));
    const expected =
      anchorsOf(size, [8, 16]) +
      anchorsOf({ width: 544, height: 416 }) +
      anchorsOf({ width: 448, height: 352 }, [16, 32]);
    expect(rows).toHaveLength(expected);
    const sides = rows.map((row) => Math.round((row[2] as number) * 10) / 10);
    expect([...new Set(sides)].sort((a, b) => a - b)).toEqual(
      [8, 9.6, 16, 19.3, 23.9, 32 / 0.83, 47.8].map((s) => Math.round(s * 10) / 10),
    );
  });

  it.each(["NAC", "NCA"] as const)(
    "maps the predictions of every view back to the image, in layout %s",
    async (layout) => {
      const [x, y] = [160, 96];
      const bright = (await detectViews(new Eyes({ layout }), light({ width: 320, height: 256 }, x, y))).filter(
        (row) => (row[4] as number) > 0.9,
      );
      const factors = new Set(bright.map((row) => Math.round((row[2] as number) * 10)));
      // From every view: 8 and 16 as they are, at 83 % and at 67 %
      for (const side of [8, 16, 8 / 0.83, 16 / 0.83, 16 / 0.67]) expect(factors).toContain(Math.round(side * 10));
      for (const [cx, cy] of bright) {
        expect(Math.abs((cx as number) - x)).toBeLessThan(26);
        expect(Math.abs((cy as number) - y)).toBeLessThan(26);
      }
    },
  );

  it("distinguishes left from right, though one view is mirrored", async () => {
    for (const x of [60, 260]) {
      const rows = await detectViews(new Eyes(), light({ width: 320, height: 256 }, x, 128));
      const bright = rows.filter((row) => (row[4] as number) > 0.9);
      expect(bright.length).toBeGreaterThan(10);
      for (const [cx] of bright) expect(Math.abs((cx as number) - x)).toBeLessThan(26);
    }
  });

  it("keeps to the canvas of a network of fixed size", async () => {
    const fixedSize = { width: 320, height: 320 };
    const eyes = new Eyes({ fixedSize });
    const bright = (await detectViews(eyes, light(fixedSize, 200, 100))).filter((row) => (row[4] as number) > 0.9);
    expect(eyes.seen).toEqual([fixedSize, fixedSize, fixedSize]);
    for (const [cx, cy] of bright) {
      expect(Math.abs((cx as number) - 200)).toBeLessThan(26);
      expect(Math.abs((cy as number) - 100)).toBeLessThan(26);
    }
  });

  it("answers for every image of a batch", async () => {
    const size = { width: 96, height: 64 };
    const { predictions } = await detectAugmented(new Eyes(), [blankImage(size), blankImage(size, 255)]);
    const [dark, bright] = predictions;
    const most = ({ data }: Prediction): number => Math.max(...data.filter((_, i) => i % 5 === 4));
    expect(most(bright as Prediction)).toBe(1);
    // Only the border is not black
    expect(most(dark as Prediction)).toBeCloseTo(114 / 255, 5);
  });
});
