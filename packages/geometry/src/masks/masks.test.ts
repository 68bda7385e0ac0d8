import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { imageMasks, inputMasks, prototypeMasks } from "./combine-masks.ts";
import { maskContours } from "./contours.ts";
import {
  isEmptyMask,
  type MaskPatch,
  type Masks,
  maskBitmap,
  maskIouMatrix,
  masksOfBitmaps,
  masksOfMap,
  pickMasks,
  resizeMasks,
  scaleMasks,
} from "./masks.ts";
import { maskOutlines } from "./outlines.ts";
import { maskPolygon } from "./polygon.ts";
import { bitmapOfRuns, cocoRle, maskRuns } from "./run-lengths.ts";

/** Random patches of many densities, alone and within a larger image. */
function randomPatches(count: number): { size: { width: number; height: number }; patch: MaskPatch }[] {
  const rng = new Random(7);
  return Array.from({ length: count }, () => {
    const [width, height] = [rng.integer(1, 14), rng.integer(1, 14)];
    const [left, top] = [rng.integer(0, 5), rng.integer(0, 5)];
    const share = rng.uniform();
    const data = Uint8Array.from({ length: width * height }, () => (rng.uniform() < share ? 1 : 0));
    const size = { width: left + width + rng.integer(0, 3), height: top + height + rng.integer(0, 3) };
    return { size, patch: { left, top, width, height, data } };
  });
}

/** How many parts with 8 neighbors there are that are not within a hole of another. */
function outerParts(bitmap: Uint8Array, { width, height }: { width: number; height: number }): number {
  const [wide, high] = [width + 2, height + 2];
  const seen = new Uint8Array(wide * high);
  const isSet = (x: number, y: number): boolean =>
    x > 0 && y > 0 && x <= width && y <= height && bitmap[(y - 1) * width + x - 1] === 1;
  let parts = 0;
  const flood = (start: readonly [number, number], inside: boolean, onOther: (x: number, y: number) => void): void => {
    const stack = [start];
    seen[start[1] * wide + start[0]] = 1;
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if (!inside && dx !== 0 && dy !== 0) continue;
          const [x, y] = [next[0] + dx, next[1] + dy];
          if (x < 0 || y < 0 || x >= wide || y >= high || seen[y * wide + x] === 1) continue;
          if (isSet(x, y) !== inside) onOther(x, y);
          else {
            seen[y * wide + x] = 1;
            stack.push([x, y]);
          }
        }
      }
    }
  };
  flood([0, 0], false, (x, y) => {
    parts++;
    flood([x, y], true, () => {});
  });
  return parts;
}

describe("contours of random masks", () => {
  it("are as many as there are parts outside of holes, of pixels at the parts' edges", () => {
    for (const { size, patch } of randomPatches(400)) {
      const bitmap = maskBitmap(size, patch);
      const contours = maskContours(patch);
      expect(contours.length).toBe(outerParts(bitmap, size));
      for (const contour of contours) {
        for (let i = 0; i < contour.length; i += 2) {
          const [x = 0, y = 0] = contour.subarray(i, i + 2);
          expect(bitmap[y * size.width + x]).toBe(1);
        }
      }
      expect(maskPolygon(patch).length > 0).toBe(!isEmptyMask(patch));
      expect(maskPolygon(patch, "largest").length).toBe(Math.max(0, ...contours.map(({ length }) => length)));
    }
  });
});

/** How many of some closed lines a ray from a point to the right crosses. */
function crossings(lines: readonly Float32Array[], x: number, y: number): number {
  let count = 0;
  for (const line of lines) {
    for (let i = 0; i < line.length; i += 2) {
      const [ax, ay] = [line[i] as number, line[i + 1] as number];
      const [bx, by] = [line[(i + 2) % line.length] as number, line[(i + 3) % line.length] as number];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) count++;
    }
  }
  return count;
}

describe("outlines of random masks", () => {
  it("are the mask when they are filled by the even-odd rule", () => {
    for (const { size, patch } of randomPatches(150)) {
      const bitmap = maskBitmap(size, patch);
      const lines = maskOutlines(patch);
      for (let at = 0; at < bitmap.length; at++) {
        // A little off the center, where lines have corners at whole and half pixels
        const [x, y] = [(at % size.width) + 0.51, Math.floor(at / size.width) + 0.49];
        expect(crossings(lines, x, y) % 2).toBe(bitmap[at]);
      }
    }
  });

  it("have points only where the direction changes", () => {
    const [line] = maskOutlines({ left: 0, top: 0, width: 9, height: 4, data: new Uint8Array(36).fill(1) });
    expect(line?.length).toBe(16);
  });
});

/** The bitmap of COCO's compressed runs. */
function decodeCoco(counts: string, [height, width]: readonly [number, number]): Uint8Array {
  const runs: number[] = [];
  for (let at = 0; at < counts.length; ) {
    let [value, shift, bits] = [0, 0, 0];
    do {
      bits = counts.charCodeAt(at++) - 48;
      value |= (bits & 31) << shift;
      shift += 5;
    } while (bits & 32);
    if (bits & 16) value |= -1 << shift;
    runs.push(value + (runs.length > 2 ? (runs.at(-2) as number) : 0));
  }
  const columns = bitmapOfRuns({ width: height, height: width }, runs);
  return Uint8Array.from({ length: width * height }, (_, i) => columns[(i % width) * height + Math.floor(i / width)]!);
}

describe("runs of random masks", () => {
  it("have all pixels, row by row and in COCO's form", () => {
    for (const { size, patch } of randomPatches(200)) {
      const bitmap = maskBitmap(size, patch);
      expect(bitmapOfRuns(size, maskRuns(size, patch))).toEqual(bitmap);
      const rle = cocoRle(size, patch);
      expect(decodeCoco(rle.counts, rle.size)).toEqual(bitmap);
    }
  });

  it("are those that COCO's tools write", () => {
    // A 3 × 3 image whose middle is set: columns 4, 1, 4
    const patch = { left: 1, top: 1, width: 1, height: 1, data: Uint8Array.of(1) };
    expect(cocoRle({ width: 3, height: 3 }, patch)).toEqual({ size: [3, 3], counts: "414" });
    expect(
      maskRuns({ width: 2, height: 1 }, { left: 0, top: 0, width: 2, height: 1, data: Uint8Array.of(1, 1) }),
    ).toEqual([0, 2]);
  });
});

/** Some objects with random prototypes; boxes reach beyond the input, and one has no cell. */
function randomSource(rng: Random) {
  const [height, width, channels, count] = [rng.integer(3, 9), rng.integer(3, 9), 4, 6];
  const normal = (length: number): Float32Array => Float32Array.from({ length }, () => rng.uniform() * 2 - 1);
  const rows = Array.from({ length: count }, (_, i) => {
    const [x, y] = [rng.uniform() * 4 * width - 4, rng.uniform() * 4 * height - 4];
    return i === 0 ? [x, y, x + 0.2, y + 0.2] : [x, y, x + rng.uniform() * 30, y + rng.uniform() * 30];
  });
  return {
    prototypes: { data: normal(height * width * channels), shape: [height, width, channels] as const },
    coefficients: normal(count * channels),
    boxes: Float32Array.from(rows.flat()),
  };
}

/** Every cell's value, resized and cropped in the plain way, pixel by pixel. */
function plainMasks(source: ReturnType<typeof randomSource>, sigmoid: boolean): Uint8Array[] {
  const { prototypes, coefficients, boxes } = source;
  const [height, width, channels] = prototypes.shape;
  return Array.from({ length: boxes.length / 4 }, (_, i) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(4 * i, 4 * i + 4).map((side) => side / 4);
    const cell = (x: number, y: number): number => {
      if (!(x >= x1 && x < x2 && y >= y1 && y < y2)) return 0;
      let sum = 0;
      for (let c = 0; c < channels; c++) {
        sum += coefficients[i * channels + c]! * prototypes.data[(y * width + x) * channels + c]!;
      }
      return sigmoid ? 1 / (1 + Math.exp(-sum)) : sum;
    };
    return Uint8Array.from({ length: 16 * width * height }, (_, at) => {
      const x = Math.max(0, ((at % (4 * width)) + 0.5) / 4 - 0.5);
      const y = Math.max(0, (Math.floor(at / (4 * width)) + 0.5) / 4 - 0.5);
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
      const across = (row: number): number => cell(left, row) * (1 - (x - left)) + cell(right, row) * (x - left);
      return across(top) * (1 - (y - top)) + across(bottom) * (y - top) > (sigmoid ? 0.5 : 0) ? 1 : 0;
    });
  });
}

describe("masks of prototypes", () => {
  it.each([false, true])("are those of a plain computation (sigmoid: %s)", (sigmoid) => {
    const rng = new Random(3);
    for (let round = 0; round < 30; round++) {
      const source = randomSource(rng);
      const masks = inputMasks({ ...source, sigmoid });
      for (const [i, expected] of plainMasks(source, sigmoid).entries()) {
        const bitmap = maskBitmap(masks, masks.patches[i] as MaskPatch);
        // Values of the size of rounding may fall on either side
        expect(bitmap.filter((value, at) => value !== expected[at]).length).toBeLessThanOrEqual(1);
      }
    }
  });

  it("are empty for boxes without a cell, and lie within the image for boxes beyond it", () => {
    const prototypes = { data: new Float32Array(16).fill(1), shape: [4, 4, 1] as const };
    const coefficients = Float32Array.of(1, 1, 1);
    const boxes = Float32Array.of(5, 5, 7, 7, -100, -100, 100, 100, 40, 40, 50, 50);
    const masks = inputMasks({ prototypes, coefficients, boxes });
    expect(masks.patches.map(isEmptyMask)).toEqual([true, false, true]);
    expect(maskBitmap(masks, masks.patches[1] as MaskPatch)).toEqual(new Uint8Array(256).fill(1));
    expect(prototypeMasks({ prototypes, coefficients, boxes }).patches.map(isEmptyMask)).toEqual([true, false, true]);
    const size = { width: 31, height: 17 };
    const inImage = imageMasks({ prototypes, coefficients, boxes }, size);
    expect(inImage.patches.map(isEmptyMask)).toEqual([false, false, true]);
    expect(maskBitmap(inImage, inImage.patches[0] as MaskPatch).reduce((a, b) => a + b)).toBe(4);
  });

  it("fit images of one pixel", () => {
    const prototypes = { data: new Float32Array(64).fill(1), shape: [8, 8, 1] as const };
    const source = { prototypes, coefficients: Float32Array.of(1), boxes: Float32Array.of(0, 0, 1, 1) };
    expect(imageMasks(source, { width: 1, height: 1 }).patches[0]?.data).toEqual(Uint8Array.of(1));
    const whole = inputMasks({ ...source, boxes: Float32Array.of(0, 0, 32, 32) });
    expect(scaleMasks(whole, { width: 1, height: 1 }).patches[0]?.data).toEqual(Uint8Array.of(1));
  });
});

describe("IoU of masks", () => {
  const size = { width: 4, height: 1 };
  const masks = (...rows: number[][]): Masks => masksOfBitmaps(Uint8Array.from(rows.flat()), size);

  it("counts common pixels, also of maps with numbers", () => {
    const found = masks([1, 1, 0, 0], [0, 0, 0, 0]);
    const labels = masksOfMap([2, 1, 1, 0], size, 3);
    const matrix = [...maskIouMatrix(found, labels)];
    expect(matrix.map((value) => value.toFixed(4))).toEqual([
      "0.3333",
      "0.5000",
      "0.0000",
      "0.0000",
      "0.0000",
      "0.0000",
    ]);
    expect(pickMasks(labels, [1]).patches[0]).toEqual({ left: 0, top: 0, width: 1, height: 1, data: Uint8Array.of(1) });
  });

  it("is taken at one size: others are resized, more than half of a pixel is needed", () => {
    const resized = resizeMasks(masks([1, 1, 1, 0]), { width: 2, height: 1 });
    expect(maskBitmap(resized, resized.patches[0] as MaskPatch)).toEqual(Uint8Array.of(1, 0));
    const doubled = resizeMasks(masks([1, 0, 0, 1]), { width: 8, height: 2 });
    expect(maskBitmap(doubled, doubled.patches[0] as MaskPatch)).toEqual(
      Uint8Array.of(1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1),
    );
  });
});
