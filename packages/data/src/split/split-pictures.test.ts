import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findPictures } from "../find-pictures.ts";
import { splitPictures } from "./split-pictures.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-split-"));
  await mkdir(join(folder, "images", "deep"), { recursive: true });
  await mkdir(join(folder, "labels"));
  for (let i = 0; i < 20; i++) await writeFile(join(folder, "images", i < 5 ? "deep" : "", `${i}.jpg`), "");
  for (let i = 5; i < 12; i++) await writeFile(join(folder, "labels", `${i}.txt`), i === 5 ? "\n" : "0 .5 .5 1 1");
});
afterEach(() => rm(folder, { recursive: true }));

const images = (): string => join(folder, "images");
const list = async (split: string): Promise<string[]> =>
  (await readFile(join(folder, `autosplit_${split}.txt`), "utf8")).trimEnd().split("\n");

describe("splitPictures", () => {
  it("deals every picture out once, in the shares asked for, as data set files can name them", async () => {
    const { files, pictures, leftOut } = await splitPictures({ folder: images(), weights: [6, 3, 1] });
    expect({ pictures, leftOut }).toEqual({ pictures: { train: 12, val: 6, test: 2 }, leftOut: 0 });
    const config = {
      ...{ file: "a.yaml", root: folder, names: ["a"] },
      splits: { all: [files.train as string, files.val as string, files.test as string] },
    };
    const found = await findPictures(config, "all");
    expect(new Set(found).size).toBe(20);
    expect(found.filter((path) => path.startsWith(join(images(), "deep")))).toHaveLength(5);
    expect((await list("train")).every((line) => line.startsWith("./images/"))).toBe(true);
  });

  it("depends on the seed alone", async () => {
    await splitPictures({ folder: images(), seed: 3 });
    const first = await list("val");
    expect(first).toHaveLength(2);
    await splitPictures({ folder: images(), seed: 4 });
    const other = await list("val");
    await splitPictures({ folder: images(), seed: 3 });
    expect(await list("val")).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("leaves out what has no labels when asked, and removes lists that an earlier split left", async () => {
    await splitPictures({ folder: images(), weights: [1, 1, 1] });
    const result = await splitPictures({ folder: images(), weights: [1, 0, 0], annotatedOnly: true });
    expect(result.pictures).toEqual({ train: 6, val: 0, test: 0 });
    expect(result.leftOut).toBe(14);
    expect((await readdir(folder)).sort()).toEqual(["autosplit_train.txt", "images", "labels"]);
  });

  it("says what is wrong", async () => {
    await expect(splitPictures({ folder: join(folder, "imges") })).rejects.toThrow("Did you mean");
    await expect(splitPictures({ folder: images(), weights: [0, 0, 0] })).rejects.toThrow("weights must be");
    await expect(splitPictures({ folder: images(), weights: [1, -1, 1] })).rejects.toThrow("weights must be");
    await expect(splitPictures({ folder: join(folder, "labels") })).rejects.toThrow("holds no pictures");
    await expect(splitPictures({ folder: join(images(), "deep"), annotatedOnly: true })).rejects.toThrow(
      "5 pictures, none of which has labels",
    );
  });
});
