import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blankImage, writeImage } from "@lookonce/image";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Dataset, type DatasetOptions, readDatasetConfig } from "./index.ts";

let folder: string;
let pose: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-pose-"));
  pose = await write("pose", [
    "0 0.5 0.5 0.5 0.5 0.25 0.25 2 0.75 0.75 1\n1 0.5 0.5 0.25 0.25 0.5 0.5 2 0 0 0\n",
    "0 0.5 0.5 0.5 0.5 0.25 0.25 2\n",
    undefined,
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes a data set of images with these labels and returns its folder. */
async function write(name: string, labels: readonly (string | undefined)[]): Promise<string> {
  const place = join(folder, name);
  await mkdir(join(place, "labels"), { recursive: true });
  for (const [i, text] of labels.entries()) {
    await writeImage(join(place, "images", `${i}.png`), blankImage({ width: 20, height: 16 }, 9));
    if (text !== undefined) await writeFile(join(place, "labels", `${i}.txt`), text);
  }
  return place;
}

async function config(keys: string, place: string = pose): Promise<string> {
  const file = join(place, "data.yaml");
  await writeFile(file, `train: images\nnames: [cat, dog]\n${keys}\n`);
  return file;
}

async function refusal(keys: string): Promise<string> {
  return readDatasetConfig(await config(keys)).then(
    () => "accepted",
    (error: Error) => error.message,
  );
}

describe("kpt_shape, flip_idx and kpt_names", () => {
  it("are read in all their forms", async () => {
    const { keypoints } = await readDatasetConfig(
      await config("kpt_shape: [2, 3]\nflip_idx: [1, 0]\nkpt_names: [nose, tail]"),
    );
    expect(keypoints).toEqual({ shape: [2, 3], flip: [1, 0], names: ["nose", "tail"] });
    const { keypoints: bare } = await readDatasetConfig(
      await config("kpt_shape: [2, 2]\nkpt_names: {0: [a, b], 1: [a, b]}"),
    );
    expect(bare).toEqual({ shape: [2, 2], names: ["a", "b"] });
    expect(await readDatasetConfig(await config(""))).not.toHaveProperty("keypoints");
  });

  it.each([
    ["kpt_shape: 17", /data\.yaml: kpt_shape must be \[number of keypoints.*not 17\./],
    ["kpt_shape: [17]", /not \[17\]/],
    ["kpt_shape: [2, 4]", /not \[2,4\]/],
    ["kpt_shape: [0, 3]", /not \[0,3\]/],
    ["kpt_shape: [2.5, 3]", /not \[2\.5,3\]/],
    ["kpt_shape: [1000000, 3]", /kpt_shape must be/],
    [
      "kpt_shape: [3, 3]\nflip_idx: [0, 1]",
      /flip_idx must list each of the keypoints 0 to 2 once.*has 2 numbers, kpt_shape says 3/,
    ],
    ["kpt_shape: [3, 3]\nflip_idx: [0, 2, 2]", /it has 2 twice/],
    ["kpt_shape: [3, 3]\nflip_idx: [0, 2, 3]", /it has 3\./],
    ["kpt_shape: [3, 3]\nflip_idx: [0, 2, x]", /it has "x"\./],
    ["kpt_shape: [3, 3]\nflip_idx: yes", /it is "yes"/],
    ["kpt_shape: [2, 3]\nkpt_names: [a]", /kpt_names must be a list of 2 names/],
    ["kpt_shape: [2, 3]\nkpt_names: [a, [b]]", /kpt_names must be a list of 2 names/],
  ])("names the key: %s", async (keys, message) => {
    expect(await refusal(keys)).toMatch(message);
  });
});

describe("a data set with keypoints", () => {
  const open = async (options: Partial<DatasetOptions> = {}): Promise<Dataset> =>
    Dataset.open({ yaml: await config("kpt_shape: [2, 3]"), split: "train", ...options });

  it("has them beside the boxes, and in the file that keeps the check", async () => {
    const dataset = await open();
    expect([dataset.labels, dataset.keypoints]).toEqual(["keypoints", { shape: [2, 3] }]);
    expect(dataset.entries.map(({ keypoints = [] }) => [...keypoints])).toEqual([
      [0.25, 0.25, 2, 0.75, 0.75, 1, 0.5, 0.5, 2, 0, 0, 0],
      [],
      [],
    ]);
    expect(dataset.report).toMatchObject({ found: 2, missing: 1, kinds: { columns: 1 } });
    let looked = 0;
    const onProgress = (): void => void looked++;
    await open({ cache: true });
    const again = await open({ cache: true, onProgress });
    expect([looked, again.entries, again.report]).toEqual([0, dataset.entries, dataset.report]);
    // Other keypoints or another kind of labels are another check
    await open({ cache: true, labels: "boxes", onProgress });
    expect(looked).toBe(3);
  });

  it("keeps those of some classes", async () => {
    const dogs = await open({ classes: [1] });
    expect([...(dogs.entries[0]?.keypoints ?? [])]).toEqual([0.5, 0.5, 2, 0, 0, 0]);
  });

  it("also trains a detector", async () => {
    const { entries, report } = await open({ labels: "boxes" });
    expect(entries[0]?.boxes.length).toBe(8);
    expect(entries[0]).not.toHaveProperty("keypoints");
    expect(report.kinds).toEqual({ columns: 1 });
  });

  it("needs kpt_shape", async () => {
    await expect(Dataset.open({ yaml: await config(""), split: "train", labels: "keypoints" })).rejects.toThrow(
      "data.yaml has no kpt_shape",
    );
  });
});

describe("outlines and boxes in one data set", () => {
  it("train a detector, and nothing that needs an outline of each object", async () => {
    const box = "0 0.5 0.5 0.2 0.3\n1 0.4 0.4 0.1 0.1";
    const place = await write("mixed", ["0 0.1 0.1 0.4 0.12 0.38 0.5", box, ""]);
    const yaml = await config("", place);
    for (const labels of ["polygons", "rotated"] as const) {
      await expect(Dataset.open({ yaml, split: "train", labels })).rejects.toThrow(
        `2 of 3 objects are mere boxes, the first in ${join(place, "labels", "1.txt")}; every object must be`,
      );
    }
    expect((await Dataset.open({ yaml, split: "train" })).report.instances).toBe(3);
    await rm(join(place, "labels", "1.txt"));
    const { entries } = await Dataset.open({ yaml, split: "train", labels: "polygons" });
    expect(entries[0]?.polygons?.map(({ length }) => length)).toEqual([6]);
  });
});
