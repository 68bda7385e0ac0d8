import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cocoRle, separateMasks } from "@lookonce/geometry";
import { blankImage, type Image, writeImage } from "@lookonce/image";
import { expectClose } from "@lookonce/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { convertCoco, convertDota, convertMasks, Dataset, readDatasetConfig, writeCoco, writeDota } from "../index.ts";

let folder: string;
const size = { width: 100, height: 50 };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-convert-"));
  for (const name of ["a.jpg", "b.png"]) await writeImage(join(folder, "images", name), blankImage(size, 9));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(name: string, content: string): Promise<string> {
  const file = join(folder, name);
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, content);
  return file;
}

const label = (name: string): Promise<string> => readFile(join(folder, "out", "labels", "train", name), "utf8");
const places = (): { images: string; output: string } => ({
  images: join(folder, "images"),
  output: join(folder, "out"),
});

describe("keypoints of COCO", () => {
  const names = ["nose", "left_eye", "right_eye"];
  const categories = [{ id: 1, name: "person", keypoints: names, skeleton: [[1, 2]] }];
  const images = [
    { id: 1, file_name: "a.jpg", ...size },
    { id: 2, file_name: "b.png", ...size },
  ];
  const object = (id: number, keypoints: unknown): object => ({
    ...{ id, image_id: 1, category_id: 1, bbox: [10, 10, 40, 20], keypoints },
  });
  const coco = (annotations: object[], more: object[] = categories): Promise<string> =>
    write("people.json", JSON.stringify({ images, categories: more, annotations }));

  it("come with their shape, names and mirror images", async () => {
    const annotations = await coco([
      object(1, [20, 15, 2, 30, 15, 1, 0, 0, 0]),
      object(2, undefined),
      object(3, [20, 15, 2]),
      object(4, [120, 15, 2, 30, 25, 0, 50, 25, 2]),
      object(5, [20, 15, 2, 30, 15, "x", 0, 0, 0]),
    ]);
    const result = await convertCoco({ ...places(), annotations, keypoints: true });
    expect(result).toMatchObject({ images: 2, background: 1, objects: 3, leftOut: { keypoints: 2 } });
    expect(result.examples[0]?.reason).toBe("annotation 3 of image 1: keypoints [20,15,2]");
    const box = "0 0.3 0.4 0.4 0.4";
    expect(await label("a.txt")).toBe(
      // Outside of the image, or without a label
      `${box} 0.2 0.3 2 0.3 0.3 1 0 0 0\n${box} 0 0 0 0 0 0 0 0 0\n${box} 0 0 0 0 0 0 0.5 0.5 2\n`,
    );
    expect((await readDatasetConfig(result.yaml)).keypoints).toEqual({ shape: [3, 3], flip: [0, 2, 1], names });
    const dataset = await Dataset.open({ yaml: result.yaml, split: "train" });
    expect(dataset.report).toMatchObject({ instances: 3, kinds: {} });
  });

  it("go back to what they were", async () => {
    const keypoints = [20, 15, 2, 30, 15, 1, 0, 0, 0];
    const { yaml } = await convertCoco({
      ...places(),
      annotations: await coco([object(1, keypoints)]),
      keypoints: true,
    });
    const file = join(folder, "back.json");
    const dataset = await Dataset.open({ yaml, split: "train" });
    expect(await writeCoco(dataset, file)).toEqual({ path: file, names: ["person"], images: 2, objects: 1 });
    const back = JSON.parse(await readFile(file, "utf8"));
    expect(back.images).toEqual(images);
    expect(back.categories).toEqual([{ id: 1, name: "person", keypoints: names, skeleton: [] }]);
    expect(back.annotations).toEqual([
      {
        id: 1,
        image_id: 1,
        category_id: 1,
        bbox: [10, 10, 40, 20],
        area: 800,
        iscrowd: 0,
        keypoints,
        num_keypoints: 2,
      },
    ]);
  });

  it("say what is wrong with categories and options", async () => {
    const two = await coco([], [...categories, { id: 2, name: "dog", keypoints: ["nose"] }]);
    await expect(convertCoco({ ...places(), annotations: two, keypoints: true })).rejects.toThrow(
      'the category "dog" has 1 keypoints; all categories must have the same number',
    );
    await expect(convertCoco({ ...places(), annotations: two, keypoints: true, polygons: true })).rejects.toThrow(
      "drop polygons or keypoints",
    );
    const people = await coco([]);
    await convertCoco({ ...places(), annotations: people, keypoints: true });
    await expect(convertCoco({ ...places(), annotations: people, split: "val" })).rejects.toThrow("has the keypoints");
  });
});

it("outlines of COCO go there and back", async () => {
  const segmentation = [[10, 10, 30, 12.5, 30, 30]];
  const annotations = await write(
    "instances.json",
    JSON.stringify({
      images: [{ id: 7, file_name: "a.jpg", ...size }],
      categories: [{ id: 3, name: "cat" }],
      annotations: [{ id: 1, image_id: 7, category_id: 3, bbox: [10, 10, 20, 20], segmentation }],
    }),
  );
  const { yaml } = await convertCoco({ ...places(), annotations, polygons: true });
  const file = join(folder, "back.json");
  await writeCoco(await Dataset.open({ yaml, split: "train", labels: "polygons" }), file);
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
    categories: [{ id: 1, name: "cat" }],
    annotations: [{ category_id: 1, bbox: [10, 10, 20, 20], area: 175, segmentation }],
  });
});

it("masks in run lengths become outlines of the same pixels", async () => {
  // Two columns of three pixels, and one on its own, in an image 6 wide and 5 high
  await writeImage(join(folder, "images", "c.png"), blankImage({ width: 12, height: 10 }, 9));
  const runs = [13, 3, 7, 3, 50, 1, 43];
  const bitmap = Uint8Array.from({ length: 120 }, (_, i) => {
    const at = (i % 12) * 10 + Math.floor(i / 12);
    let [end, value] = [0, 1];
    for (const run of runs) {
      end += run;
      value = 1 - value;
      if (at < end) return value;
    }
    return 0;
  });
  const patch = { left: 0, top: 0, width: 12, height: 10, data: bitmap };
  const segmentations = [{ counts: runs, size: [10, 12] }, cocoRle({ width: 12, height: 10 }, patch)];
  const wrong = [
    { counts: [3, 4], size: [10, 12] },
    { counts: runs, size: [12, 10] },
    { counts: "~", size: [10, 12] },
    7,
  ];
  const annotations = await write(
    "rle.json",
    JSON.stringify({
      images: [{ id: 1, file_name: "c.png", width: 12, height: 10 }],
      categories: [{ id: 1, name: "a" }],
      annotations: [...segmentations, ...wrong].map((segmentation, i) => {
        return { id: i, image_id: 1, category_id: 1, bbox: [1, 1, 9 + i / 100, 6], segmentation };
      }),
    }),
  );
  await convertCoco({ ...places(), annotations, polygons: true });
  const rows = (await label("c.txt"))
    .trim()
    .split("\n")
    .map((row) => row.split(" ").slice(1).map(Number));
  expect(rows.map(({ length }) => length > 4)).toEqual([true, true, false, false, false, false]);
  const polygons = rows.slice(0, 2).map((row) => row.map((value, i) => value * (i % 2 === 0 ? 12 : 10)));
  const masks = separateMasks(polygons, { width: 12, height: 10, ratio: 1 });
  // Parts are joined by a line to one outline, which marks pixels on its way
  for (const [i, value] of bitmap.entries()) if (value === 1) expect([masks[i], masks[120 + i]]).toEqual([1, 1]);
});

describe("oriented boxes of DOTA", () => {
  const lines = [
    "imagesource:GoogleEarth",
    "gsd:0.146",
    "10 10 40 10 40 30 10 30 large-vehicle 0",
    "60.0 10.0 80.0 30.0 70.0 40.0 50.0 20.0 ship 1",
    "90 10 110 10 110 20 90 20 ship 0",
    "120 10 140 10 140 20 120 20 ship 0",
    "1 2 3 4 ship 0",
    "10 10 x 10 40 30 10 30 ship 0",
  ];

  it("become eight numbers, and what cannot is named", async () => {
    await write("labelTxt/a.txt", lines.join("\r\n"));
    await write("labelTxt/b.txt", "");
    const annotations = join(folder, "labelTxt");
    const result = await convertDota({ ...places(), annotations });
    expect(result).toMatchObject({ names: ["large-vehicle", "ship"], images: 2, background: 1, objects: 2 });
    expect(result.leftOut).toEqual({ difficult: 1, "no-area": 1, "unknown-class": 1, "no-box": 1 });
    // Corners outside of the image stay
    expect(await label("a.txt")).toBe("0 0.1 0.2 0.4 0.2 0.4 0.6 0.1 0.6\n1 0.9 0.2 1.1 0.2 1.1 0.4 0.9 0.4\n");
    const dataset = await Dataset.open({ yaml: result.yaml, split: "train", labels: "rotated" });
    expect(dataset.report).toMatchObject({ instances: 2, kinds: {} });
    const back = join(folder, "back");
    expect(await writeDota(dataset, back)).toMatchObject({ path: back, images: 2, objects: 2 });
    expect(await readFile(join(back, "a.txt"), "utf8")).toBe(
      "10 10 40 10 40 30 10 30 large-vehicle 0\n90 10 110 10 110 20 90 20 ship 0\n",
    );
    expect(await readFile(join(back, "b.txt"), "utf8")).toBe("");
    const difficult = { ...places(), output: join(folder, "more"), annotations, difficult: true };
    expect((await convertDota(difficult)).objects).toBe(3);
  });

  it("are the smallest rectangles of other outlines", async () => {
    await write("labels/a.txt", "0 0.2 0.2 0.6 0.2 0.6 0.6 0.4 0.6 0.2 0.6\n");
    const yaml = await write("data.yaml", "train: images\nnames: [big ship]\n");
    const dataset = await Dataset.open({ yaml, split: "train", labels: "rotated" });
    await writeDota(dataset, join(folder, "back"));
    const [...words] = (await readFile(join(folder, "back", "a.txt"), "utf8")).trim().split(" ");
    expect(words.slice(8)).toEqual(["big-ship", "0"]);
    const corners = Array.from({ length: 4 }, (_, i) => words.slice(2 * i, 2 * i + 2).join(" "));
    expect(corners.sort()).toEqual(["20 10", "20 30", "60 10", "60 30"]);
  });
});

describe("masks", () => {
  /** Levels of gray from rows of digits; `9` is 255. */
  const mask = (rows: string[]): Image => {
    const levels = rows.flatMap((row) => Array.from(row, (digit) => (digit === "9" ? 255 : Number(digit))));
    const data = Uint8Array.from({ length: levels.length * 3 }, (_, i) => levels[Math.floor(i / 3)] ?? 0);
    return { data, width: rows[0]?.length ?? 0, height: rows.length };
  };
  const rows = [
    "0000000000900000",
    "0110002220999000",
    "0111002020000000",
    "0111002220000300",
    "0000000000000000",
    "0000110000000000",
    "0000000000000000",
    "0000000000000000",
    "0000000000000000",
    "0000000000000000",
  ];

  it("become outlines that cover the same pixels", async () => {
    await writeImage(join(folder, "images", "c.jpg"), blankImage({ width: 16, height: 10 }, 9));
    await writeImage(join(folder, "masks", "c.png"), mask(rows));
    const colored = blankImage(size, 9);
    colored.data[4] = 10;
    await writeImage(join(folder, "masks", "a.png"), colored);
    const result = await convertMasks({ ...places(), annotations: join(folder, "masks") });
    expect(result).toMatchObject({ names: ["class0", "class1", "class2"], images: 1, objects: 4 });
    expect(result.leftOut).toEqual({ "damaged-file": 1 });
    expect(result.examples[0]?.reason).toContain("the mask is colored at pixel 1, 0");
    const { entries } = await Dataset.open({ yaml: result.yaml, split: "train", labels: "polygons" });
    const [entry] = entries;
    const pixels = entry?.polygons?.map((points) => points.map((value, i) => value * (i % 2 === 0 ? 16 : 10))) ?? [];
    const found = separateMasks(pixels, { width: 16, height: 10, ratio: 1 });
    const drawn = Array.from({ length: 160 }, (_, i) => {
      const object = pixels.findIndex((_points, k) => found[k * 160 + i] === 1);
      return object < 0 ? "0" : String((entry?.classes[object] ?? -2) + 1);
    });
    // The hole is lost, and 255 is no class
    const wanted = rows.join("").replaceAll("9", "0").split("");
    wanted[2 * 16 + 7] = "2";
    expect(drawn.join("")).toBe(wanted.join(""));
  });

  it("have the classes that are named", async () => {
    await writeImage(join(folder, "images", "c.jpg"), blankImage({ width: 16, height: 10 }, 9));
    await writeImage(join(folder, "masks", "c.png"), mask(rows));
    const names = ["cat", "dog"];
    const result = await convertMasks({ ...places(), annotations: join(folder, "masks"), names });
    expect(result).toMatchObject({ names, objects: 3, leftOut: { "unknown-class": 1 } });
    expect(result.examples[0]?.reason).toContain('"level 3"');
    const cats = (await label("c.txt")).split("\n").filter((row) => row.startsWith("0 "));
    const starts = cats.map((row) => row.split(" ").slice(1, 3).map(Number));
    expectClose(starts.find(([, y = 1]) => y < 0.5) ?? [], [1.5 / 16, 0.15], { abs: 1e-6 });
  });
});
