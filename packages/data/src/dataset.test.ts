import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { blankImage, encodeImage } from "@lookonce/image";
import { describeShared, sharedPath } from "@lookonce/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset, findImages, readDatasetConfig } from "./index.ts";

let folder: string;
beforeEach(async () => {
  // Within a folder of its own: what a test calls ../a must not be somebody else's
  folder = join(await mkdtemp(join(tmpdir(), "lookonce-data-")), "set");
  await mkdir(folder);
});
afterEach(() => rm(dirname(folder), { recursive: true }));

async function write(path: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

const jpeg = (width = 20, height = 10): Promise<Uint8Array> => encodeImage(blankImage({ width, height }, 90), ".jpg");

/** The code and message of the error that opening this YAML throws. */
async function failure(yaml: string, split = "train"): Promise<string> {
  const file = await write("data.yaml", yaml);
  return Dataset.open({ yaml: file, split }).then(
    () => "no error",
    (error: unknown) => (error instanceof LookonceError ? `${error.code}: ${error.message}` : `other: ${error}`),
  );
}

describe("a data set file", () => {
  it("names classes by list, by map or by number", async () => {
    const names = async (text: string): Promise<string[]> =>
      (await readDatasetConfig(await write("a.yaml", `train: images\n${text}`))).names;
    expect(await names("names: [cat, dog]")).toEqual(["cat", "dog"]);
    expect(await names("nc: 2\nnames: {1: dog, 0: cat}")).toEqual(["cat", "dog"]);
    expect(await names("nc: 2")).toEqual(["class0", "class1"]);
    expect(await names("names: [1, true]")).toEqual(["1", "true"]);
  });

  it("says what is wrong with it", async () => {
    await write("images/a.jpg", await jpeg());
    expect(await failure("train: images\nnames: [cat")).toMatch(/^FORMAT: .*data\.yaml, line 2 is not valid YAML/);
    expect(await failure("- cat")).toMatch(/^FORMAT: .*is a list at the top; expected keys/);
    expect(await failure("names: [cat]")).toMatch(/^DATA: .*names no images/);
    expect(await failure("train: images")).toMatch(/^DATA: .*has no names:/);
    expect(await failure("train: images\nnames: []")).toMatch(/^DATA: .*names is empty/);
    expect(await failure("train: images\nnc: 3\nnames: [cat]")).toMatch(/^DATA: .*nc is 3 but names has 1/);
    expect(await failure("train: images\nnc: many\nnames: [cat]")).toMatch(/^DATA: .*nc must be/);
    expect(await failure("train: images\nnames: {1: cat, 2: dog}")).toMatch(/^DATA: .*0 is missing \(keys: 1, 2\)/);
    expect(await failure("train: 7\nnames: [cat]")).toMatch(/^DATA: .*train must be a folder.*not 7/);
    expect(await failure("path: [a]\ntrain: images\nnames: [cat]")).toMatch(/^DATA: .*path must be text/);
    expect(await failure("train: images\nnames: [cat]", "trains")).toMatch(/^ARGUMENT: .*Did you mean "train"/);
    expect(await failure("train: nowhere\nnames: [cat]")).toBe(
      `NOT_FOUND: ${join(folder, "data.yaml")}: train: names "nowhere", but there is no ${join(folder, "nowhere")}. ${folder} contains data.yaml, images. Paths are relative to path:, which is relative to the file.`,
    );
    await mkdir(join(folder, "hollow"));
    expect(await failure("train: hollow\nnames: [cat]")).toMatch(/^DATA: .*train: contains no images/);
    await expect(readDatasetConfig(join(folder, "none.yaml"))).rejects.toThrow("There is no data set file");
  });

  it("finds images in folders, lists of folders and text lists", async () => {
    for (const name of ["a/2.jpg", "a/deep/1.PNG", "a/notes.txt", "b/3.webp", "c/4.jpeg"]) await write(name, "x");
    await write("lists/some.txt", `./../c/4.jpeg\n\nb/3.webp\r\n${join(folder, "a/2.jpg")}\n`);
    const find = async (train: string): Promise<string[]> => {
      const config = await readDatasetConfig(await write("sub/data.yaml", `path: ..\ntrain: ${train}\nnames: [x]`));
      return (await findImages(config, "train")).map((path) => path.slice(folder.length + 1));
    };
    expect(await find("a")).toEqual([join("a", "2.jpg"), join("a", "deep", "1.PNG")]);
    expect(await find("[b, a, b]")).toEqual([join("b", "3.webp"), join("a", "2.jpg"), join("a", "deep", "1.PNG")]);
    expect(await find("lists/some.txt")).toEqual([join("c", "4.jpeg"), join("b", "3.webp"), join("a", "2.jpg")]);
    expect(await find("../a")).toEqual([join("a", "2.jpg"), join("a", "deep", "1.PNG")]);
  });
});

describe("Dataset.open", () => {
  it("counts, names and leaves out what is damaged", async () => {
    const good = await jpeg(20, 10);
    await write("images/a.jpg", good);
    await write("labels/a.txt", "0 0.5 0.5 0.2 0.2\n2 0.5 0.5 0.1 0.1\n");
    await write("images/background.jpg", good);
    await write("images/cut.jpg", good.subarray(0, good.length - 30));
    await write("images/empty.jpg", good);
    await write("labels/empty.txt", "\n");
    await write("images/old.bmp", "BM no decoder for it");
    await write("images/text.png", "no image");
    await write("images/trailing.jpg", new Uint8Array([...good, 1, 2, 3]));
    const yaml = await write("data.yaml", "train: images\nnames: [cat, dog]");
    const { entries, report } = await Dataset.open({ yaml, split: "train" });
    expect(entries.map(({ path }) => path.slice(folder.length + 8))).toEqual([
      "a.jpg",
      "background.jpg",
      "empty.jpg",
      "trailing.jpg",
    ]);
    expect([entries[0]?.width, entries[0]?.height, ...(entries[0]?.classes ?? [])]).toEqual([20, 10, 0]);
    const { problems, ...counts } = report;
    expect(counts).toEqual({
      ...{ images: 4, unusable: 3, instances: 1, found: 2, missing: 2, empty: 1, corrupt: 4, oriented: 0 },
      kinds: { class: 1, truncated: 1, corrupt: 2 },
    });
    expect(problems.map(({ path, line }) => [path.slice(folder.length + 1), line])).toEqual([
      [join("labels", "a.txt"), 2],
      [join("images", "cut.jpg"), undefined],
      [join("images", "old.bmp"), undefined],
      [join("images", "text.png"), undefined],
    ]);
    expect(problems[0]?.reason).toBe("class 2 of 2 classes (0 to 1)");
  });

  it("fails when not one image can be read", async () => {
    await write("images/a.jpg", "x");
    expect(await failure("train: images\nnames: [cat]")).toMatch(/^DATA: .*none of the 1 images can be used/);
  });
});

describeShared("coco128", ["data/coco128/coco128.yaml"], () => {
  it("is read whole", async () => {
    const dataset = await Dataset.open({ yaml: sharedPath("data/coco128/coco128.yaml"), split: "train" });
    expect(dataset.names.length).toBe(80);
    expect(dataset.report).toEqual({
      ...{ images: 128, unusable: 0, instances: 929, found: 126, missing: 2, empty: 0, corrupt: 0, oriented: 0 },
      kinds: {},
      problems: [],
    });
  });
});
