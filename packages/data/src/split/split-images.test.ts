import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findImages } from "../find-images.ts";
import { splitImages } from "./split-images.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-split-"));
  await mkdir(join(folder, "images", "deep"), { recursive: true });
  await mkdir(join(folder, "labels"));
  for (let i = 0; i < 20; i++) await writeFile(join(folder, "images", i < 5 ? "deep" : "", `${i}.jpg`), "");
  for (let i = 5; i < 12; i++) await writeFile(join(folder, "labels", `${i}.txt`), i === 5 ? "\n" : "0 .5 .5 1 1");
});
afterEach(() => rm(folder, { recursive: true }));

const imageFolder = (): string => join(folder, "images");
const list = async (split: string): Promise<string[]> =>
  (await readFile(join(folder, `autosplit_${split}.txt`), "utf8")).trimEnd().split("\n");

describe("splitImages", () => {
  it("deals every image out once, in the shares asked for, as data set files can name them", async () => {
    const { files, images, leftOut } = await splitImages({ folder: imageFolder(), weights: [6, 3, 1] });
    expect({ images, leftOut }).toEqual({ images: { train: 12, val: 6, test: 2 }, leftOut: 0 });
    const config = {
      ...{ file: "a.yaml", root: folder, names: ["a"] },
      splits: { all: [files.train as string, files.val as string, files.test as string] },
    };
    const found = await findImages(config, "all");
    expect(new Set(found).size).toBe(20);
    expect(found.filter((path) => path.startsWith(join(imageFolder(), "deep")))).toHaveLength(5);
    expect((await list("train")).every((line) => line.startsWith("./images/"))).toBe(true);
  });

  it("depends on the seed alone", async () => {
    await splitImages({ folder: imageFolder(), seed: 3 });
    const first = await list("val");
    expect(first).toHaveLength(2);
    await splitImages({ folder: imageFolder(), seed: 4 });
    const other = await list("val");
    await splitImages({ folder: imageFolder(), seed: 3 });
    expect(await list("val")).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("leaves out what has no labels when asked, and removes lists that an earlier split left", async () => {
    await splitImages({ folder: imageFolder(), weights: [1, 1, 1] });
    const result = await splitImages({ folder: imageFolder(), weights: [1, 0, 0], annotatedOnly: true });
    expect(result.images).toEqual({ train: 6, val: 0, test: 0 });
    expect(result.leftOut).toBe(14);
    expect((await readdir(folder)).sort()).toEqual(["autosplit_train.txt", "images", "labels"]);
  });

  it("says what is wrong", async () => {
    await expect(splitImages({ folder: join(folder, "imges") })).rejects.toThrow("Did you mean");
    await expect(splitImages({ folder: imageFolder(), weights: [0, 0, 0] })).rejects.toThrow("weights must be");
    await expect(splitImages({ folder: imageFolder(), weights: [1, -1, 1] })).rejects.toThrow("weights must be");
    await expect(splitImages({ folder: join(folder, "labels") })).rejects.toThrow("contains no images");
    await expect(splitImages({ folder: join(imageFolder(), "deep"), annotatedOnly: true })).rejects.toThrow(
      "5 images, none of which has labels",
    );
  });
});
