import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blankImage } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset, generateShapes, shapeNames } from "../index.ts";
import { outlineBox, outlineOf, signedDistance } from "./outline.ts";
import { renderScene } from "./render-scene.ts";
import { drawScene, type Scene } from "./scene.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-shapes-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function files(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const contents = await Promise.all(
    paths.sort().map(async (path) => [path.slice(directory.length), (await readFile(path)).toString("base64")]),
  );
  return Object.fromEntries(contents);
}

describe("generateShapes", () => {
  it("draws the same bytes for the same seed, and others for another", async () => {
    const make = async (name: string, seed: number): Promise<Record<string, string>> => {
      await generateShapes({ directory: join(folder, name), train: 6, val: 3, size: 96, seed });
      return files(join(folder, name));
    };
    const first = await make("a", 7);
    expect(Object.keys(first).length).toBe(19);
    expect(await make("b", 7)).toEqual(first);
    expect(await make("c", 8)).not.toEqual(first);
  });

  it("draws an image alike in however large a data set", async () => {
    await generateShapes({ directory: join(folder, "a"), train: 2, val: 1, size: 64 });
    const small = await files(join(folder, "a"));
    await generateShapes({ directory: join(folder, "a"), train: 4, val: 1, size: 64 });
    expect(await files(join(folder, "a"))).toMatchObject(small);
  });

  it("writes a data set without fault", async () => {
    const { yaml, instances } = await generateShapes({ directory: join(folder, "a"), train: 12, val: 4 });
    for (const split of ["train", "val"] as const) {
      const { report, names, entries } = await Dataset.open({ yaml, split });
      expect(names).toEqual(shapeNames);
      expect(report).toMatchObject({ missing: 0, corrupt: 0, problems: [], instances: instances[split] });
      for (const { width, height, classes } of entries) {
        expect([width, height]).toEqual([160, 160]);
        expect(classes.length).toBeGreaterThan(0);
      }
    }
  });

  it("replaces its own files only", async () => {
    await generateShapes({ directory: folder, train: 3, val: 1, size: 64 });
    await generateShapes({ directory: folder, train: 1, val: 1, size: 64 });
    expect(await readdir(join(folder, "images", "train"))).toEqual(["00000.jpg"]);
    await writeFile(join(folder, "shapes.yaml"), "path: .\n");
    await expect(generateShapes({ directory: folder })).rejects.toThrow("files that are not a data set of shapes");
    expect(await readdir(join(folder, "images", "train"))).toEqual(["00000.jpg"]);
  });

  it("refuses bad options", async () => {
    const directory = join(folder, "none");
    await expect(generateShapes({ directory, classes: ["sqare" as "square"] })).rejects.toThrow('mean "square"');
    await expect(generateShapes({ directory, classes: ["star", "star"] })).rejects.toThrow("each once");
    await expect(generateShapes({ directory, size: 8 })).rejects.toThrow("size must be");
    await expect(generateShapes({ directory, train: 0 })).rejects.toThrow("train must be");
  });
});

describe("a scene", () => {
  it("shows 2 to 5 shapes, inside the image and mostly in sight", () => {
    for (let i = 0; i < 100; i++) {
      const { objects, size } = drawScene(new Random(i), shapeNames, 160);
      expect(objects.length).toBeGreaterThanOrEqual(2);
      expect(objects.length).toBeLessThanOrEqual(5);
      for (const object of objects) {
        const [x1, y1, x2, y2] = outlineBox(outlineOf(object));
        expect(Math.min(x1, y1)).toBeGreaterThanOrEqual(0);
        expect(Math.max(x2, y2)).toBeLessThanOrEqual(size);
        expect(Math.max(x2 - x1, y2 - y1)).toBeGreaterThan(12);
      }
    }
  });

  for (const shape of shapeNames) {
    it(`has a tight box around a ${shape}`, () => {
      for (const [angle, stroke] of [
        [0.3, 0],
        [2.1, 3],
      ] as const) {
        const object = { shape, x: 40.3, y: 37.8, radius: 25, angle, color: [1, 1, 1] as const, stroke };
        const background: Scene["background"] = {
          kind: "gradient",
          colors: [
            [0, 0, 0],
            [0, 0, 0],
          ],
          angle: 0,
          period: 9,
          noise: 0,
        };
        const { data } = renderScene({ size: 80, background, objects: [object] }, new Random(0));
        const lit = Array.from({ length: 80 * 80 }, (_, i) => i).filter((i) => (data[i * 3] as number) > 0);
        const xs = lit.map((i) => i % 80);
        const ys = lit.map((i) => Math.floor(i / 80));
        const seen = [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
        expectClose(seen, outlineBox(outlineOf(object)), { abs: 1.6 });
      }
    });
  }

  it("covers earlier shapes by later ones", () => {
    const plain = { shape: "circle", x: 16, y: 16, angle: 0, stroke: 0 } as const;
    const scene = drawScene(new Random(3), shapeNames, 32);
    scene.objects = [
      { ...plain, radius: 12, color: [1, 0, 0] },
      { ...plain, radius: 6, color: [0, 0, 1] },
    ];
    const { data } = renderScene(scene, new Random(1));
    const middle = (16 * 32 + 16) * 3;
    expect(data[middle + 2]).toBeGreaterThan(200);
    expect(data[middle]).toBeLessThan(60);
    expect(blankImage({ width: 32, height: 32 }).data.length).toBe(data.length);
  });
});

describe("signedDistance", () => {
  it("is the distance from a circle and from a square's sides", () => {
    const circle = outlineOf({ shape: "circle", x: 5, y: 5, radius: 3, angle: 0 });
    expectClose([signedDistance(circle, 5, 5), signedDistance(circle, 5, 10)], [-3, 2], { abs: 1e-12 });
    const square = outlineOf({ shape: "square", x: 0, y: 0, radius: Math.SQRT2 * 10, angle: Math.PI / 4 });
    const half = (outlineBox(square)[2] - outlineBox(square)[0]) / 2;
    expectClose([signedDistance(square, 0, 0), signedDistance(square, half + 2, 0)], [-half, 2], { abs: 1e-9 });
  });
});
