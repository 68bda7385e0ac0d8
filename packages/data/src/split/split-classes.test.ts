import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { blankImage, writeImage } from "@lookonce/image";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset, splitClasses } from "../index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-split-classes-"));
  for (const [name, count] of [
    ["cat", 5],
    ["dog", 10],
    ["owl", 1],
  ] as const) {
    for (let i = 0; i < count; i++) {
      await writeImage(
        join(folder, "pets", name, i % 2 === 0 ? `${i}.png` : `deep/${i}.png`),
        blankImage({ width: 12, height: 12 }, i),
      );
    }
  }
});
afterEach(() => rm(folder, { recursive: true }));

const list = async (place: string): Promise<string[]> => {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(place, join(parentPath, name)))
    .sort();
};

describe("splitClasses", () => {
  it("deals the images of every class out, and loses none", async () => {
    const all = await list(join(folder, "pets"));
    const result = await splitClasses({ folder: join(folder, "pets"), weights: [6, 2, 2], seed: 3 });
    const output = join(folder, "pets_split");
    expect(result).toEqual({
      files: { train: join(output, "train"), val: join(output, "val"), test: join(output, "test") },
      ...{ images: { train: 10, val: 3, test: 3 }, leftOut: 0 },
    });
    const parts = await Promise.all(["train", "val", "test"].map((split) => list(join(output, split))));
    expect(parts.flat().sort()).toEqual(all);
    expect(parts[0]?.filter((path) => path.startsWith("dog"))).toHaveLength(6);
    const [first = ""] = parts[0] ?? [];
    expect(await readFile(join(output, "train", first))).toEqual(await readFile(join(folder, "pets", first)));
    const { names, report } = await Dataset.open({ yaml: output, split: "train" });
    expect([names, report.problems]).toEqual([["cat", "dog", "owl"], []]);
    const again = join(folder, "again");
    await splitClasses({
      folder: join(folder, "pets"),
      output: again,
      weights: [6, 2, 2],
      seed: 3,
      saveImages: "copy",
    });
    expect(await list(again)).toEqual(await list(output));
  });

  it("says what is wrong, and leaves nothing behind", async () => {
    const pets = join(folder, "pets");
    await expect(splitClasses({ folder: join(folder, "pest") })).rejects.toThrow("Did you mean");
    await expect(splitClasses({ folder: join(pets, "cat", "deep") })).rejects.toThrow("contains no folder");
    await expect(splitClasses({ folder: pets, weights: [0, 0, 0] })).rejects.toThrow("weights must be");
    await mkdir(join(folder, "empty", "a"), { recursive: true });
    await expect(splitClasses({ folder: join(folder, "empty") })).rejects.toThrow("no image in the folders");
    await writeFile(join(folder, "taken"), "");
    await expect(splitClasses({ folder: pets, output: pets })).rejects.toThrow("already contains something");
    expect((await readdir(folder)).sort()).toEqual(["empty", "pets", "taken"]);
  });
});
