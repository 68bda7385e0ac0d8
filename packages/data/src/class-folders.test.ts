import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { blankImage, encodeImage } from "@lookonce/image";
import { describeGolden, goldenJson } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Dataset, readDatasetConfig } from "./index.ts";

let folder: string;
/** A whole image of each ending; others contain a letter. */
const images: Record<string, Uint8Array> = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-classes-"));
  for (const ending of [".png", ".jpg", ".webp"] as const) {
    images[ending] = await encodeImage(blankImage({ width: 24, height: 12 }, 90), ending);
  }
});
afterAll(() => rm(folder, { recursive: true }));

async function write(set: string, files: readonly string[], content: (file: string) => Uint8Array): Promise<string> {
  for (const file of files) {
    await mkdir(dirname(join(folder, set, file)), { recursive: true });
    await writeFile(join(folder, set, file), content(file));
  }
  return join(folder, set);
}

function imageFor(file: string): Uint8Array {
  const ending = file.slice(file.lastIndexOf(".")).toLowerCase();
  return images[ending] ?? Buffer.from("x");
}

describe("a folder of classes", () => {
  it("has the classes of train in every split, and names what is of no class", async () => {
    const files = [
      "train/cat/a.png",
      "train/dog/b.png",
      "train/owl/.keep",
      "val/dog/c.png",
      "val/fox/d.png",
      "val/e.png",
    ];
    const root = await write("pets", files, imageFor);
    const train = await Dataset.open({ yaml: root, split: "train" });
    expect(train.names).toEqual(["cat", "dog", "owl"]);
    expect([train.labels, train.report.instances, train.report.missing]).toEqual(["folders", 2, 0]);
    expect(train.report.problems).toEqual([
      { path: join(root, "train", "owl"), kind: "empty-class", reason: "a folder of a class without an image" },
    ]);
    const val = await Dataset.open({ yaml: root, split: "val", labels: "folders" });
    expect(val.entries.map(({ path, classes, boxes }) => [path, [...classes], [...boxes]])).toEqual([
      [join(root, "val", "dog", "c.png"), [1], [0.5, 0.5, 1, 1]],
    ]);
    expect(val.report.problems.map(({ path, kind }) => [relative(root, path), kind])).toEqual([
      [join("val", "e.png"), "no-class"],
      [join("val", "fox", "d.png"), "no-class"],
    ]);
    expect(val.report.kinds).toEqual({ "no-class": 2 });
  });

  it("is checked once, and again when a class came in between", async () => {
    const root = await write("kept", ["train/b/a.png"], imageFor);
    const open = async (): Promise<[looked: number, classes: number[]]> => {
      let looked = 0;
      const { entries } = await Dataset.open({ yaml: root, split: "train", cache: true, onProgress: () => looked++ });
      return [looked, entries.flatMap(({ classes }) => [...classes])];
    };
    expect([await open(), await open()]).toEqual([
      [1, [0]],
      [0, [0]],
    ]);
    await mkdir(join(root, "train", "a"));
    expect(await open()).toEqual([1, [1]]);
  });

  it("says what is missing", async () => {
    const flat = await write("flat", ["cat/a.png", "data.yaml"], imageFor);
    await expect(readDatasetConfig(flat)).rejects.toThrow(
      /is a folder without a folder train: .* name its file, .*data\.yaml/,
    );
    const bare = await write("bare", ["train/a.png"], imageFor);
    await expect(readDatasetConfig(bare)).rejects.toThrow("train has no folder");
    const loose = await write("loose", ["train/cat/a.txt", "train/b.png"], imageFor);
    await expect(Dataset.open({ yaml: loose, split: "train" })).rejects.toThrow(
      "has no image in the folder of a class",
    );
    const good = await write("good", ["train/cat/a.png"], imageFor);
    await expect(Dataset.open({ yaml: good, split: "val" })).rejects.toThrow('has no split "val"; it has train');
    await expect(Dataset.open({ yaml: good, split: "train", labels: "boxes" })).rejects.toThrow(
      "is a folder of classes",
    );
    const yaml = await write("file", ["data.yaml"], () => Buffer.from("train: .\nnames: [a]\n"));
    const file = join(yaml, "data.yaml");
    await expect(Dataset.open({ yaml: file, split: "train", labels: "folders" })).rejects.toThrow(
      "classes are learned from a folder",
    );
  });
});

describeGolden("folders of classes of YOLOv8", ["tasks/data/classification_folders.json"], () => {
  interface Golden {
    files: Record<string, number>;
    names: Record<string, string>;
    sets: Record<"train" | "valid", { file: string; class: number }[]>;
  }
  it("are read as it reads them, but for the numbers in val", async () => {
    const golden = goldenJson("tasks/data/classification_folders.json") as Golden;
    const root = await write("golden", Object.keys(golden.files), (file) => {
      if (file.endsWith("tiny.png")) return Buffer.from(tiny);
      if (file.endsWith("broken.png")) return imageFor(file).subarray(0, 60);
      if (file.endsWith("cut.jpg")) return imageFor(file).subarray(0, -2);
      return imageFor(file);
    });
    const names = Object.values(golden.names);
    for (const [split, set] of [["train", "train"] as const, ["val", "valid"] as const]) {
      const dataset = await Dataset.open({ yaml: root, split });
      expect(dataset.names).toEqual(names);
      const found = dataset.entries.map(({ path, classes }) => [
        relative(root, path).split(sep).join("/"),
        names[classes[0] ?? -1],
      ]);
      // YOLOv8 numbers the folders of val anew
      const wanted = golden.sets[set].map(({ file }) => [file, file.split("/")[1]]);
      expect(found.sort()).toEqual(wanted.sort());
    }
    const { report } = await Dataset.open({ yaml: root, split: "train" });
    expect(report.kinds).toEqual({ "too-small": 1, truncated: 2, "empty-class": 1, "no-class": 1 });
  });
  let tiny: Uint8Array;
  beforeAll(async () => {
    tiny = await encodeImage(blankImage({ width: 30, height: 1 }, 90), ".png");
  });
});
