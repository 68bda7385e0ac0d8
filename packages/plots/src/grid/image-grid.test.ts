import { blankImage } from "@lookonce/image";
import { describe, expect, it } from "vitest";
import { classColor } from "../draw/palette.ts";
import { at, countColor } from "../test-pixels.ts";
import { imageGrid } from "./image-grid.ts";

describe("imageGrid", () => {
  const gray = { image: blankImage({ width: 200, height: 100 }, 90) };
  const boxed = { ...gray, boxes: Float32Array.of(20, 20, 120, 80), classes: Int32Array.of(1) };

  it("draws images side by side, whole and in the middle of their cells", async () => {
    const grid = await imageGrid([gray, gray, gray], { columns: 2, cell: 100 });
    expect([grid.width, grid.height]).toEqual([4 + 2 * 104, 4 + 2 * 104]);
    // 200 × 100 fits a cell of 100 as 100 × 50, 25 from its top.
    for (const [x, y] of [[5, 4 + 26], [100, 4 + 73], [150, 4 + 50], [50, 108 + 50]] as const) // biome-ignore format: points
      expect(at(grid, x, y)).toEqual([90, 90, 90]);
    for (const [x, y] of [[50, 4 + 20], [50, 4 + 80], [150, 150]] as const) // biome-ignore format: points
      expect(at(grid, x, y)).toEqual([255, 255, 255]);
  });

  it("draws boxes where the image went, in the class's color", async () => {
    const grid = await imageGrid([boxed], { cell: 400, labels: false });
    // Twice as large, 100 below the cell's top, and 4 for the gap. Lines are 2 wide, inside.
    for (const [x, y] of [[44 + 1, 4 + 100 + 100], [244 - 1, 4 + 100 + 100], [140, 4 + 100 + 160 - 1]] as const) // biome-ignore format: points
      expect(at(grid, x, y)).toEqual(classColor(1));
    expect(at(grid, 140, 204)).toEqual([90, 90, 90]);
    const named = await imageGrid([boxed], { cell: 400, names: ["a", "dog"] });
    expect(countColor(named, classColor(1))).toBeGreaterThan(countColor(grid, classColor(1)) + 200);
  });

  it("writes captions above images, and outlines over them", async () => {
    const polygon = Float32Array.of(30, 30, 110, 30, 110, 70, 30, 70);
    const grid = await imageGrid([{ ...boxed, caption: "a caption", masks: [[polygon]] }], {
      cell: 200,
      labels: false,
    });
    expect(grid.height).toBe(4 + 22 + 200 + 4);
    expect(countColor(grid, [31, 35, 40], 60)).toBeGreaterThan(60);
    expect(at(grid, 74, 4 + 22 + 50)).not.toEqual([90, 90, 90]);
    expect(at(grid, 150, 4 + 22 + 2)).toEqual([90, 90, 90]);
    expect(at(grid, 150, 4 + 22 + 110)).toEqual([255, 255, 255]);
  });

  it("is the same every time", async () => {
    const [a, b] = await Promise.all([1, 2].map(() => imageGrid([boxed, gray], { cell: 64 })));
    expect(b).toEqual(a);
  });

  it("accepts images of a pixel, and says what does not fit", async () => {
    const tiny = await imageGrid([{ image: blankImage({ width: 1, height: 3 }, 10) }], { cell: 5 });
    expect([tiny.width, tiny.height]).toEqual([13, 13]);
    await expect(imageGrid([])).rejects.toThrow("at least one image");
    await expect(imageGrid([{ ...boxed, classes: new Int32Array(2) }])).rejects.toThrow(
      "Image 0 of the grid has 1 boxes",
    );
    await expect(imageGrid([{ ...gray, boxes: new Float32Array(4) }])).rejects.toThrow("1 boxes and 0 classes");
    await expect(imageGrid([gray], { columns: 0 })).rejects.toThrow("columns and cell");
  });
});
