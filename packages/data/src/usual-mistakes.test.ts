import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { blankImage, encodeImage } from "@lookonce/image";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset, findImages, readDatasetConfig } from "./index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-mistakes-"));
  const jpeg = await encodeImage(blankImage({ width: 20, height: 10 }, 90), ".jpg");
  for (const name of ["train/a", "train/b", "val/c", "extra-1/d", "extra-2/e"]) await write(`images/${name}.jpg`, jpeg);
  for (const name of ["train/a", "train/b"]) await write(`labels/${name}.txt`, "0 0.5 0.5 0.2 0.2\n");
});
afterEach(() => rm(folder, { recursive: true }));

async function write(path: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

/** What opening a split of this YAML says; in place of the folder's own name `…`. */
async function complaint(yaml: string, split = "train"): Promise<string> {
  const file = await write("data.yaml", yaml);
  return Dataset.open({ yaml: file, split }).then(
    () => "nothing",
    (error: unknown) => {
      if (!(error instanceof LookonceError)) throw error;
      return `${error.code} ${error.message.replaceAll(folder, "…").replaceAll(sep, "/")}`;
    },
  );
}

describe("usual mistakes", () => {
  it.each([
    [
      "a tab in place of spaces",
      "train: images/train\nnames:\n\t0: cat\n",
      "FORMAT …/data.yaml, line 3 is not valid YAML: it starts with a tab",
    ],
    [
      "a key that stands there twice",
      "train: a\ntrain: b\nnames: [x]",
      "duplicated mapping key; the same key stands there twice",
    ],
    [
      "a path of Windows",
      "path: C:\\data\\pets\ntrain: a\nnames: [x]",
      'DATA …/data.yaml: path is a path of Windows, "C:\\\\data\\\\pets"',
    ],
    [
      "backslashes",
      "train: images\\train\nnames: [x]",
      'DATA …/data.yaml: train has backslashes: write "images/train"',
    ],
    ["backslashes in quotes", 'train: "images\\train\\x"\nnames: [x]', "write paths with /"],
    ["a misspelled train", "tain: images/train\nnames: [x]", 'It has the key "tain". Did you mean "train"?'],
    [
      "a misspelled names",
      "train: images/train\nnaems: [x]",
      'has no names:, the list of the classes\' names. It has the key "naems". Did you mean "names"?',
    ],
    ["no train", "val: images/val\nnames: [x]", 'ARGUMENT …/data.yaml has no split "train"; it has val.'],
    [
      "a misspelled folder",
      "train: images/trian\nnames: [x]",
      'NOT_FOUND …/data.yaml: train: names "images/trian", but there is no …/images/trian. Did you mean …/images/train?',
    ],
    [
      "a wrong folder above",
      "path: pets\ntrain: images/train\nnames: [x]",
      "there is no …/pets/images/train. … contains data.yaml, images, labels.",
    ],
    [
      "a download that never comes",
      "path: pets\ntrain: t\nnames: [x]\ndownload: https://example.org/x.zip",
      "lookonce never downloads data sets: fetch it yourself",
    ],
    [
      "names and nc that differ",
      "train: images/train\nnc: 3\nnames: [x]",
      "DATA …/data.yaml: nc is 3 but names has 1; make them agree or drop nc.",
    ],
    [
      "a pattern that matches nothing",
      "train: images/none-*\nnames: [x]",
      'NOT_FOUND …/data.yaml: train: nothing matches the pattern "images/none-*"',
    ],
  ])("%s", async (_what, yaml, expected) => {
    expect(await complaint(yaml)).toContain(expected);
  });

  it.each([
    [
      "no labels at all",
      "val: images/val\nnames: [x]",
      "none of the 1 images has labels. The objects of …/images/val/c.jpg belong in …/labels/val/c.txt",
    ],
  ])("%s", async (_what, yaml, expected) => {
    expect(await complaint(yaml, "val")).toContain(expected);
  });

  it("names what is near a file that is not there, and folders given as files", async () => {
    await write("coco128.yaml", "");
    await expect(readDatasetConfig(join(folder, "coco.yaml"))).rejects.toThrow(/Did you mean .*coco128\.yaml\?/);
    await expect(readDatasetConfig(folder)).rejects.toThrow("is a folder without a folder train");
  });

  it("counts images that a list names but that are not there", async () => {
    await write("list.txt", "\uFEFF./images/train/a.jpg\n./images/train/gone.jpg\n");
    const { report } = await Dataset.open({
      yaml: await write("d.yaml", "train: list.txt\nnames: [x]"),
      split: "train",
    });
    expect(report).toMatchObject({ images: 1, unusable: 1, kinds: { "missing-image": 1 } });
    expect(report.problems[0]).toMatchObject({ path: join(folder, "images", "train", "gone.jpg") });
  });
});

describe("patterns", () => {
  const find = async (train: string): Promise<string[]> => {
    const config = await readDatasetConfig(await write("data.yaml", `train: ${train}\nnames: [x]`));
    return (await findImages(config, "train")).map((path) => path.slice(join(folder, "images").length + 1));
  };

  it("stand for the folders, lists and images that they match", async () => {
    expect(await find("images/extra-*")).toEqual([join("extra-1", "d.jpg"), join("extra-2", "e.jpg")]);
    expect(await find("'images/*/[ac].jpg'")).toEqual([join("train", "a.jpg"), join("val", "c.jpg")]);
    expect(await find("['images/{val,train}', 'images/**/d.*']")).toHaveLength(4);
    await write("one.txt", "images/val/c.jpg\n");
    expect(await find("'*.txt'")).toEqual([join("val", "c.jpg")]);
  });

  it("and folders pass over what is hidden", async () => {
    await write("images/extra-1/._d.jpg", "");
    await write("images/extra-1/.thumbs/d.jpg", "");
    expect(await find("images/extra-1")).toEqual([join("extra-1", "d.jpg")]);
  });

  it("and folders follow links, but not in circles", async () => {
    await mkdir(join(folder, "images", "linked"));
    await symlink(join(folder, "images", "train"), join(folder, "images", "linked", "there"), "junction");
    await symlink(join(folder, "images", "linked"), join(folder, "images", "linked", "again"), "junction");
    expect(await find("images/linked")).toEqual([join("linked", "there", "a.jpg"), join("linked", "there", "b.jpg")]);
  });

  it("are names first: a folder called so is that folder", async () => {
    await write("images/odd[1]/z.jpg", "");
    expect(await find("'images/odd[1]'")).toEqual([join("odd[1]", "z.jpg")]);
  });
});
