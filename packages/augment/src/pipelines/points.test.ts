import { hypPresets } from "@lookonce/config";
import { overlapMasks } from "@lookonce/geometry";
import { blankImage, type Image } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { type Augmentation, type Sample, type SampleSource, v5Augmentation, v8Augmentation } from "../index.ts";

/** Half the side of a dot, in pixels. */
const DOT = 3;

function drawDot({ data, width, height }: Image, x: number, y: number, color: readonly number[]): void {
  for (let v = Math.max(0, Math.floor(y) - DOT); v <= Math.min(height - 1, Math.floor(y) + DOT); v++) {
    for (let u = Math.max(0, Math.floor(x) - DOT); u <= Math.min(width - 1, Math.floor(x) + DOT); u++) {
      data.set(color, (v * width + u) * 3);
    }
  }
}

/** A color for each keypoint, in the corners of the color cube. */
const colors = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 0],
  [255, 0, 255],
];
const flip = [1, 0, 2, 4, 3];

/** Black images, of which the longer side is 96, with a dot of a color of its own at each keypoint of their one object. */
function dottedSource(length: number): SampleSource {
  const rng = new Random("dots");
  const samples = Array.from({ length }, (_, index): Sample => {
    const size = index % 2 === 0 ? { width: 96, height: 72 } : { width: 80, height: 96 };
    const image = blankImage(size);
    const keypoints = new Float32Array(15);
    colors.forEach((color, k) => {
      const [x, y] = [rng.uniform(7, 11) + k * 15, rng.uniform(8, size.height - 8)];
      const visibility = k === 2 && index % 3 === 0 ? 0 : 2;
      if (visibility > 0) drawDot(image, x, y, color);
      keypoints.set(visibility > 0 ? [x, y, visibility] : [0, 0, 0], k * 3);
    });
    return {
      image,
      keypoints,
      boxes: Float32Array.of(2, 2, size.width - 2, size.height - 2),
      classes: Int32Array.of(0),
    };
  });
  return { length, load: async (index) => samples[index] as Sample };
}

const wild = { degrees: 40, translate: 0.2, scale: 0.3, shear: 5, perspective: 0.0005, hsv_h: 0, hsv_s: 0, hsv_v: 0 };
const v8 = { ...hypPresets.v8, ...wild };
const v5 = { ...hypPresets["v5-scratch-high"], ...wild, mixup: 0 };

/** How many keypoints lie where their dot is; it fails for one that does not. */
async function countDots(augment: Augmentation, mirrors: number): Promise<number> {
  const source = dottedSource(6);
  let seen = 0;
  for (let seed = 0; seed < 30; seed++) {
    const { image, keypoints = new Float32Array(0), classes } = await augment(source, seed % 6, new Random(seed));
    expect(keypoints.length).toBe(classes.length * 15);
    for (let i = 0; i < keypoints.length; i += 3) {
      const [x, y, visibility] = keypoints.subarray(i, i + 3) as unknown as [number, number, number];
      expect(x >= 0 && y >= 0 && x <= image.width && y <= image.height).toBe(true);
      const margin = 1.5;
      const isInside = x > margin && y > margin && x < image.width - margin && y < image.height - margin;
      if (visibility === 0 || !isInside) continue;
      const which = (i / 3) % 5;
      const color = colors[mirrors % 2 === 0 ? which : (flip[which] as number)] as number[];
      const at = (Math.floor(y) * image.width + Math.floor(x)) * 3;
      const found = [...image.data.subarray(at, at + 3)];
      expect(found.map((level) => Math.round(level / 255))).toEqual(color.map((level) => level / 255));
      seen++;
    }
  }
  return seen;
}

describe("keypoints stay on what they mark", () => {
  it.each([
    ["v8", 0, v8Augmentation({ ...v8, fliplr: 0 }, { imgsz: 96, flip })],
    ["v8, mirrored", 1, v8Augmentation({ ...v8, fliplr: 1 }, { imgsz: 96, flip })],
    ["v8, upside down", 1, v8Augmentation({ ...v8, fliplr: 0, flipud: 1 }, { imgsz: 96, flip })],
    ["v8, both", 2, v8Augmentation({ ...v8, fliplr: 1, flipud: 1 }, { imgsz: 96, flip })],
    ["v8, one image", 1, v8Augmentation({ ...v8, fliplr: 1, mosaic: 0 }, { imgsz: 96, flip })],
    ["v8, no pairs known", 0, v8Augmentation({ ...v8, fliplr: 1, flipud: 1 }, { imgsz: 96 })],
    ["v5", 1, v5Augmentation({ ...v5, fliplr: 1 }, { imgsz: 96, flip })],
  ] as const)("%s", async (_, mirrors, augment) => {
    expect(await countDots(augment, mirrors)).toBeGreaterThan(100);
  });
});

/** Black images with a green quadrilateral and its polygon each. */
function filledSource(length: number): SampleSource {
  const rng = new Random("filled");
  const samples = Array.from({ length }, (): Sample => {
    const image = blankImage({ width: 96, height: 96 });
    const [x, y] = [rng.uniform(0, 50), rng.uniform(0, 50)];
    const polygon = Float32Array.of(x, y + 8, x + 30, y, x + 45, y + 32, x + 10, y + 44);
    const { map } = overlapMasks([polygon], { width: 96, height: 96, ratio: 1 });
    map.forEach((inside, i) => {
      if (inside === 1) image.data[i * 3 + 1] = 255;
    });
    return { image, boxes: Float32Array.of(x, y, x + 45, y + 44), classes: Int32Array.of(0), polygons: [polygon] };
  });
  return { length, load: async (index) => samples[index] as Sample };
}

/** Intersection over union of all masks and what is green, over 12 images. */
async function greenIou(augment: Augmentation): Promise<number> {
  const source = filledSource(5);
  let [shared, either] = [0, 0];
  for (let seed = 0; seed < 12; seed++) {
    const { image, polygons = [] } = await augment(source, seed % 5, new Random(seed));
    const { map } = overlapMasks(polygons, { width: image.width, height: image.height, ratio: 1 });
    for (const [i, object] of map.entries()) {
      const isGreen = (image.data[i * 3 + 1] as number) > 127;
      if (object > 0 && isGreen) shared++;
      if (object > 0 || isGreen) either++;
    }
  }
  expect(either).toBeGreaterThan(5_000);
  return shared / either;
}

describe("outlines stay around what they surround", () => {
  const copying = { copy_paste: 1, fliplr: 0.5, flipud: 0.5 };
  // Of YOLOv5's mosaics outlines that the canvas cuts change their shape, as in 7.0
  it.each([
    ["v8", 0.93, v8Augmentation({ ...v8, ...copying }, { imgsz: 96 })],
    ["v8, copies of others", 0.93, v8Augmentation({ ...v8, ...copying, copy_paste_mode: "mixup" }, { imgsz: 96 })],
    ["v8, one image", 0.93, v8Augmentation({ ...v8, ...copying, mosaic: 0 }, { imgsz: 96 })],
    ["v8, CutMix", 0.93, v8Augmentation({ ...v8, cutmix: 1, mosaic: 0 }, { imgsz: 96 })],
    ["v8, 100 points", 0.93, v8Augmentation({ ...v8, ...copying }, { imgsz: 96, outlinePoints: 100 })],
    ["v5", 0.85, v5Augmentation({ ...v5, ...copying }, { imgsz: 96 })],
    ["v5, one image", 0.93, v5Augmentation({ ...v5, ...copying, mosaic: 0 }, { imgsz: 96 })],
  ] as const)("%s", async (_, least, augment) => {
    expect(await greenIou(augment)).toBeGreaterThan(least);
  });
});
