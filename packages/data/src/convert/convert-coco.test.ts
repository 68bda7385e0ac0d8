import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blankImage, writeImage } from "@lookonce/image";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset, readDatasetConfig } from "../index.ts";
import { convertCoco } from "./convert-coco.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-coco-"));
  for (const name of ["a.jpg", "b.jpg", "deep/c.jpg"]) {
    await writeImage(join(folder, "images", name), blankImage({ width: 100, height: 50 }, 9));
  }
});
afterEach(() => rm(folder, { recursive: true }));

const image = (id: number, name: string): object => ({ id, file_name: name, width: 100, height: 50 });

const categories = [
  { id: 7, name: "yes: no" },
  { id: 3, name: "cat" },
];

let nextId = 0;
const object = (image: number, bbox: unknown, more: object = {}): object => ({
  ...{ id: ++nextId, image_id: image, category_id: 3, bbox },
  ...more,
});

const coco = async (content: object | string): Promise<string> => {
  const file = join(folder, "instances.json");
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
};

const options = (annotations: string): { annotations: string; images: string; output: string } => ({
  annotations,
  images: join(folder, "images"),
  output: join(folder, "out"),
});

const label = (name: string, split = "train"): Promise<string> =>
  readFile(join(folder, "out", "labels", split, name), "utf8");

describe("convertCoco", () => {
  it("makes a data set that can be opened, whatever the order of the file", async () => {
    const square = [
      [10, 10, 30, 10, 30, 30, 10, 30],
      [40, 10, 50, 10, 50, 20],
    ];
    const annotations = await coco({
      annotations: [
        object(1, [10, 10, 40, 20], { segmentation: square }),
        object(2, [0, 0, 100, 50], { category_id: 7 }),
      ],
      images: [image(1, "a.jpg"), image(2, "deep\\c.jpg"), image(5, "b.jpg")],
      categories,
    });
    const result = await convertCoco(options(annotations));
    expect(result).toEqual({
      ...{ yaml: join(folder, "out", "data.yaml"), names: ["cat", "yes: no"] },
      ...{ images: 3, background: 1, objects: 2, clipped: 0, leftOut: {}, examples: [] },
    });
    expect(await label("a.txt")).toBe("0 0.3 0.4 0.4 0.4\n");
    expect(await label("deep/c.txt")).toBe("1 0.5 0.5 1 1\n");
    expect(await label("b.txt")).toBe("");
    const dataset = await Dataset.open({ yaml: result.yaml, split: "train" });
    expect(dataset.report).toMatchObject({ images: 3, instances: 2, found: 3, missing: 0, empty: 1, corrupt: 0 });
    expect(dataset.names).toEqual(["cat", "yes: no"]);
  });

  it("writes outlines when asked, parts joined to one", async () => {
    const segmentation = [
      [10, 10, 30, 10, 30, 30, 10, 30],
      [50, 10, 40, 10, 50, 20],
    ];
    const annotations = await coco({
      ...{ images: [image(1, "a.jpg")], categories },
      annotations: [
        object(1, [10, 10, 40, 20], { segmentation }),
        object(1, [0, 0, 10, 10], { segmentation: { counts: [1, 2], size: [50, 100] } }),
        object(1, [0, 0, 20, 10], { segmentation: [[1, 1, 2, 2]] }),
      ],
    });
    const { yaml } = await convertCoco({ ...options(annotations), polygons: true });
    const { entries } = await Dataset.open({ yaml, split: "train" });
    expect(entries[0]?.polygons?.map(({ length }) => length / 2)).toEqual([4 + 3 + 2, 0, 0]);
    const box = [...(entries[0]?.boxes ?? [])].map((value) => Number(value.toFixed(5)));
    expect(box).toEqual([0.3, 0.4, 0.4, 0.4, 0.05, 0.1, 0.1, 0.2, 0.1, 0.1, 0.2, 0.2]);
  });

  it("counts what it leaves out or cuts off", async () => {
    const annotations = await coco({
      images: [image(1, "a.jpg"), image(2, "gone.jpg"), image(3, "../../b.jpg"), image(4, "a.png"), image(5, "A.JPG")],
      categories,
      annotations: [
        object(1, [0, 0, 10, 10], { iscrowd: 1 }),
        object(1, [0, 0, 10, 10], { category_id: 9 }),
        object(9, [0, 0, 10, 10]),
        object(1, [0, 0, 10]),
        object(1, [0, 0, null, 10]),
        object(1, [5, 5, 0, 10]),
        object(1, [200, 5, 10, 10]),
        object(1, [90, -5, 20, 10]),
        object(3, [1, 1, 2, 2]),
      ],
    });
    await writeImage(join(folder, "images", "a.png"), blankImage({ width: 100, height: 50 }, 9));
    const { leftOut, examples, objects, clipped, images } = await convertCoco(options(annotations));
    expect({ objects, clipped, images }).toEqual({ objects: 2, clipped: 1, images: 2 });
    expect(leftOut).toEqual({
      ...{ crowd: 1, "unknown-class": 1, "unknown-image": 1, "no-box": 2, "no-area": 2 },
      ...{ "missing-image": 2, "name-taken": 1 },
    });
    expect(examples).toHaveLength(10);
    expect(await label("a.txt")).toBe("0 0.95 0.05 0.1 0.1\n");
    // The name that led out of the folder leads out no more
    expect((await readdir(join(folder, "out", "labels", "train"))).sort()).toEqual(["a.txt", "b.txt"]);
  });

  it("adds splits to what it wrote before, with the same classes only", async () => {
    const content = { images: [image(1, "a.jpg")], categories, annotations: [object(1, [1, 1, 5, 5])] };
    const annotations = await coco(content);
    await convertCoco({ ...options(annotations), saveImages: "copy" });
    await expect(convertCoco(options(annotations))).rejects.toThrow("already contains 1 files");
    const { yaml } = await convertCoco({ ...options(annotations), split: "val", saveImages: "none" });
    expect((await readDatasetConfig(yaml)).splits).toEqual({ train: ["images/train"], val: ["images/val"] });
    expect(await readdir(join(folder, "out", "images"))).toEqual(["train"]);
    await coco({ ...content, categories: [{ id: 3, name: "dog" }] });
    await expect(convertCoco({ ...options(annotations), split: "test" })).rejects.toThrow(
      "has the classes cat, yes: no",
    );
    await writeFile(yaml, "names: [mine]\n");
    await expect(convertCoco({ ...options(annotations), split: "test" })).rejects.toThrow("stays as it is");
    expect(await readFile(yaml, "utf8")).toBe("names: [mine]\n");
  });

  it("explains files that are not what they should be, and leaves nothing half done", async () => {
    const whole = JSON.stringify({ images: [image(1, "a.jpg")], categories, annotations: [object(1, [1, 1, 5, 5])] });
    const failure = async (text: string): Promise<string> =>
      convertCoco(options(await coco(text))).then(String, (error: Error) => error.message);
    expect(await failure(whole.slice(0, -30))).toMatch(/is not whole JSON, at its end: it seems cut off/);
    expect(await failure(`{"images": [1, 2}`)).toMatch(/is not whole JSON/);
    expect(await failure(`[{"image_id": 1}]`)).toMatch(/is no COCO annotation file: it has no list "images"/);
    expect(await failure(`{"images": [{"id": 1}]}`)).toMatch(/no list "categories"/);
    expect(await failure("")).toMatch(/no list "images"/);
    await expect(convertCoco(options(join(folder, "instance.json")))).rejects.toThrow("Did you mean");
    await expect(convertCoco({ ...options("x"), images: join(folder, "imags") })).rejects.toThrow("Did you mean");
    await expect(stat(join(folder, "out", "data.yaml"))).rejects.toThrow();
    await expect(stat(join(folder, "out", "labels", "train.partial"))).rejects.toThrow();
    expect(await failure(`\uFEFF${whole}`)).toBe("[object Object]");
  });

  it("reads sizes from the images where the file has none", async () => {
    await mkdir(join(folder, "images", "x"));
    const annotations = await coco({
      ...{ images: [{ id: "one", file_name: "a.jpg" }], categories },
      annotations: [object(0, [0, 0, 50, 50], { image_id: "one" })],
    });
    await convertCoco(options(annotations));
    expect(await label("a.txt")).toBe("0 0.25 0.5 0.5 1\n");
  });
});
