import { blankImage, type Image } from "@lookonce/image";
import { describe, expect, it } from "vitest";
import { boxesSvg, type Drawable } from "./boxes-svg.ts";
import { drawDetections } from "./draw-detections.ts";
import { outlineByFont } from "./font.ts";
import { outlineText } from "./label-font.ts";
import { type Color, classColor, textColor } from "./palette.ts";

function drawable(rows: readonly (readonly [...box: [number, number, number, number], label: number])[]): Drawable {
  return {
    detections: {
      boxes: Float32Array.from(rows.flatMap((row) => row.slice(0, 4))),
      scores: Float32Array.from(rows, () => 0.875),
      classes: Int32Array.from(rows, (row) => row[4]),
      count: rows.length,
    },
    names: ["cat", "dog", "bird"],
  };
}

function at(image: Image, x: number, y: number): Color {
  const i = 3 * (y * image.width + x);
  return [image.data[i] as number, image.data[i + 1] as number, image.data[i + 2] as number];
}

function contrast(a: Color, b: Color): number {
  const [high, low] = [a, b]
    .map((color) => {
      const [r, g, b] = color.map((v) =>
        v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
      ) as [number, number, number];
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    })
    .sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe("classColor", () => {
  it("differs between any two of 80 classes, and lets text be read (WCAG AA)", () => {
    const colors = Array.from({ length: 80 }, (_, label) => classColor(label));
    expect(new Set(colors.map(String)).size).toBe(80);
    for (const color of colors) expect(contrast(color, textColor(color))).toBeGreaterThanOrEqual(4.5);
    for (let i = 1; i < 80; i++) {
      const [a, b] = [colors[i - 1] as Color, colors[i] as Color];
      expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeGreaterThan(80);
    }
  });
});

describe("outlineText", () => {
  it("has the font's outlines of all letters that need no font", () => {
    const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i));
    for (const size of [9, 14.5, 33]) {
      for (const text of [ascii, "AVATAR To. 0.87", "person 0.9"]) {
        const [ours, theirs] = [outlineText(text, size), outlineByFont(text, size, "bold")];
        expect(ours.path).toBe(theirs.path);
        expect(ours.width).toBeCloseTo(theirs.width, 9);
      }
    }
  });

  it("grows with size and letters, and has a shape for letters of many scripts", () => {
    const word = outlineText("person", 20);
    expect(outlineText("person", 40).width).toBeCloseTo(2 * word.width, 5);
    expect(outlineText("persons", 20).width).toBeGreaterThan(word.width);
    expect(word.path).toMatch(/^M[\d.-]/);
    const missing = outlineText("\uffff", 20).path;
    for (const letter of "éßЖΩا") expect(outlineText(letter, 20).path).not.toBe(missing);
    expect(outlineText("", 20)).toEqual({ path: "", width: 0 });
  });

  it("writes whole numbers of coordinates, at any size and place", () => {
    const arity: Record<string, number> = { M: 2, L: 2, Q: 4, C: 6, Z: 0 };
    for (const size of [7.5, 9, 13]) {
      const { path } = outlineText("class number 92, 96: 0.98 g@é", size, "regular");
      for (const [, type, values] of path.matchAll(/([A-Z])([^A-Z]*)/g)) {
        const numbers = (values as string).split(" ").filter((value) => value !== "");
        if (numbers.length !== arity[type as string]) expect.fail(`${type}${values} in letters of ${size}`);
        if (!numbers.every((value) => /^-?\d+(\.\d{1,2})?$/.test(value))) expect.fail(`${type}${values} of ${size}`);
      }
    }
  });
});

describe("drawDetections", () => {
  it("draws a frame in the class's color and leaves the rest alone", async () => {
    const image = blankImage({ width: 200, height: 160 }, 90);
    const drawn = await drawDetections(image, drawable([[40, 60, 160, 140, 1]]), { lineWidth: 4 });
    expect([drawn.width, drawn.height, drawn.data.length]).toEqual([200, 160, 200 * 160 * 3]);
    for (const [x, y] of [
      [42, 100],
      [158, 100],
      [100, 138],
    ] as const)
      expect(at(drawn, x, y)).toEqual(classColor(1));
    for (const [x, y] of [
      [100, 100],
      [20, 100],
      [100, 150],
    ] as const)
      expect(at(drawn, x, y)).toEqual([90, 90, 90]);
    expect(image.data.every((value) => value === 90)).toBe(true);
  });

  it("writes labels above boxes in the color that is best read", async () => {
    const drawn = await drawDetections(blankImage({ width: 200, height: 160 }, 90), drawable([[40, 60, 160, 140, 1]]), {
      fontSize: 20,
      lineWidth: 4,
    });
    let ink = 0;
    for (let y = 36; y < 60; y++)
      for (let x = 40; x < 140; x++) if (String(at(drawn, x, y)) === String(textColor(classColor(1)))) ink++;
    expect(ink).toBeGreaterThan(150);
  });

  it.each([
    ["the image's top", [10, 0, 60, 30, 0]],
    ["its right edge", [190, 50, 200, 60, 0]],
    ["its corner", [195, 155, 200, 160, 0]],
    ["any place, however narrow the image,", [20, 20, 40, 60, 0], 100],
  ] as const)("keeps labels of boxes at %s in the image", (_, row, fontSize: number = 16) => {
    const svg = boxesSvg({ width: 200, height: 160 }, drawable([row]), { fontSize });
    const [, x, y, width, height] = /<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)" rx/.exec(
      svg,
    ) as unknown as string[];
    expect(Number(x)).toBeGreaterThanOrEqual(0);
    expect(Number(y)).toBeGreaterThanOrEqual(0);
    expect(Number(x) + Number(width)).toBeLessThanOrEqual(200.01);
    expect(Number(y) + Number(height)).toBeLessThanOrEqual(160.01);
  });

  it("draws labels of boxes that begin at the same place beside each other", () => {
    const same = [50, 60, 120, 140] as const;
    const svg = boxesSvg(
      { width: 200, height: 160 },
      drawable([
        [...same, 0],
        [...same, 1],
        [...same, 2],
      ]),
      { fontSize: 12 },
    );
    const tags = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" rx/g)].map(
      (match) => match.slice(1).map(Number),
    ) as [number, number, number, number][];
    expect(tags).toHaveLength(3);
    tags.forEach(([x, y, width, height], i) => {
      for (const [otherX, otherY, otherWidth, otherHeight] of tags.slice(i + 1)) {
        const apart =
          x + width <= otherX || otherX + otherWidth <= x || y + height <= otherY || otherY + otherHeight <= y;
        expect(apart).toBe(true);
      }
    });
  });

  it("writes a class's number where the font has no letters for its name", () => {
    const widthOf = (names: string[]): number =>
      Number(
        /width="([\d.]+)" height="[\d.]+" rx/.exec(
          boxesSvg({ width: 200, height: 160 }, { ...drawable([[40, 60, 160, 140, 1]]), names }, {}),
        )?.[1],
      );
    expect(widthOf(["", "日本語の長い名前"])).toBe(widthOf(["", "1"]));
    expect(widthOf(["", "chien"])).toBeGreaterThan(widthOf(["", "1"]));
  });

  it("draws labels alone on request", () => {
    const boxes = drawable([[40, 60, 160, 140, 1]]);
    expect(boxesSvg({ width: 200, height: 160 }, boxes, { frames: false })).not.toContain("stroke=");
    expect(boxesSvg({ width: 200, height: 160 }, boxes, {})).toContain("stroke=");
  });

  it("leaves names or scores out on request", () => {
    const size = { width: 200, height: 160 };
    const boxes = drawable([[40, 60, 160, 140, 1]]);
    const widthOf = (options: { labels?: boolean; scores?: boolean }): number =>
      Number(/width="([\d.]+)" height="[\d.]+" rx/.exec(boxesSvg(size, boxes, options))?.[1] ?? 0);
    expect(widthOf({ labels: false })).toBeLessThan(widthOf({}));
    expect(widthOf({ scores: false })).toBeLessThan(widthOf({}));
    expect(widthOf({ labels: false, scores: false })).toBe(0);
  });

  it("copies images without detections, and accepts images of a pixel and boxes without area", async () => {
    const image = blankImage({ width: 3, height: 2 }, 7);
    const same = await drawDetections(image, drawable([]));
    expect(same).toEqual(image);
    expect(same.data).not.toBe(image.data);
    const tiny = await drawDetections(blankImage({ width: 1, height: 1 }), drawable([[0, 0, 0, 0, 2]]));
    expect(tiny.data).toHaveLength(3);
  });
});
