import { spawnSync } from "node:child_process";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { machineKey } from "@lookonce/files";
import { blankImage, encodeImage } from "@lookonce/image";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dataset, type DatasetOptions } from "../index.ts";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "lookonce-verify-")), "set");
  const jpeg = await encodeImage(blankImage({ width: 20, height: 10 }, 90), ".jpg");
  for (const name of ["a", "b", "c", "d"])
    await write(`images/${name}.jpg`, name === "d" ? jpeg.subarray(0, 60) : jpeg);
  await write("labels/a.txt", "0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.3 0.1 0.2 0.4\n5 0 0 1 1\n");
  await write("labels/b.txt", "");
  await write("data.yaml", "train: images\nnames: [cat, dog]\n");
});
afterEach(() => rm(dirname(folder), { recursive: true }));

async function write(path: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

interface Opened {
  dataset: Dataset;
  /** Images that were checked, and did not come from the cache. */
  looked: number;
  lines: string[];
}

async function open(options: Partial<DatasetOptions> = {}): Promise<Opened> {
  let looked = 0;
  const lines: string[] = [];
  const dataset = await Dataset.open({
    ...{ yaml: join(folder, "data.yaml"), split: "train", cache: true },
    onProgress: () => looked++,
    log: (line) => lines.push(line),
    ...options,
  });
  return { dataset, looked, lines };
}

const cacheFile = (): string => join(folder, "labels.train.lookonce-cache");

describe("the verification cache", () => {
  it("returns what was found, without checking again", async () => {
    const first = await open();
    const second = await open();
    expect([first.looked, second.looked]).toEqual([4, 0]);
    expect(second.dataset.report).toEqual(first.dataset.report);
    expect(second.dataset.entries).toEqual(first.dataset.entries);
    expect(second.dataset.report).toMatchObject({ found: 2, missing: 1, empty: 1, kinds: { class: 1, truncated: 1 } });
    expect(second.dataset.entries[0]?.polygons?.map(({ length }) => length)).toEqual([0, 6]);
    // A view would copy all images' memory along to another thread
    expect(second.dataset.entries[0]?.boxes.buffer.byteLength).toBe(32);
    expect((await readdir(folder)).sort()).toEqual(["data.yaml", "images", "labels", "labels.train.lookonce-cache"]);
  });

  it("is not used when a file, the number of classes or the list of images changed", async () => {
    const changes: [string, () => Promise<unknown>][] = [
      ["a label's content", () => write("labels/a.txt", "0 0.5 0.5 0.2 0.2\n")],
      ["a label's time", () => utimes(join(folder, "labels/a.txt"), 5, 5)],
      ["a new label", () => write("labels/c.txt", "")],
      ["an image's time", () => utimes(join(folder, "images/a.jpg"), 5, 5)],
      ["an image less", () => rm(join(folder, "images/d.jpg"))],
      ["an image's name", () => rename(join(folder, "images/c.jpg"), join(folder, "images/e.jpg"))],
      ["a class more", () => write("data.yaml", "train: images\nnames: [cat, dog, owl]\n")],
    ];
    await open();
    for (const [what, change] of changes) {
      await change();
      expect((await open()).looked, what).toBeGreaterThan(0);
      expect((await open()).looked, what).toBe(0);
    }
  });

  it("is still right after the data set was moved", async () => {
    await open();
    const moved = join(dirname(folder), "moved");
    await rename(folder, moved);
    folder = moved;
    const { dataset, looked } = await open();
    expect(looked).toBe(0);
    for (const { path } of [...dataset.entries, ...dataset.report.problems]) expect(path.startsWith(moved)).toBe(true);
    expect(dataset.report.problems.map(({ path, line }) => [path.slice(moved.length + 1), line])).toEqual([
      [join("labels", "a.txt"), 3],
      [join("images", "d.jpg"), undefined],
    ]);
  });

  it("is refused when it is damaged anywhere", async () => {
    const { dataset } = await open();
    const whole = await readFile(cacheFile());
    const damaged: Uint8Array[] = [whole.subarray(0, whole.length >> 1), new Uint8Array(0), Buffer.from("LOOKONCE")];
    for (let at = 0; at < whole.length; at += 37) {
      const copy = Buffer.from(whole);
      copy[at] = (copy[at] as number) ^ 4;
      damaged.push(copy);
    }
    for (const bytes of damaged) {
      await writeFile(cacheFile(), bytes);
      const again = await open();
      expect(again.looked).toBe(4);
      expect(again.dataset.report).toEqual(dataset.report);
    }
    expect(await readFile(cacheFile())).toEqual(whole);
  });

  it("is ignored when it came from another machine, whose key signed it", async () => {
    const { dataset } = await open();
    const whole = await readFile(cacheFile());
    const foreign = Buffer.from(whole);
    createHmac("sha256", randomBytes(32)).update(whole.subarray(40)).digest().copy(foreign, 8);
    // What a plain hash, which needs no key, would be
    const hashed = Buffer.from(whole);
    createHash("sha256").update(whole.subarray(40)).digest().copy(hashed, 8);
    for (const bytes of [foreign, hashed]) {
      await writeFile(cacheFile(), bytes);
      const again = await open();
      expect(again.looked).toBe(4);
      expect(again.dataset.report).toEqual(dataset.report);
    }
    const own = Buffer.from(whole);
    createHmac("sha256", (await machineKey()) as Buffer)
      .update(whole.subarray(40))
      .digest()
      .copy(own, 8);
    expect(own).toEqual(whole);
  });

  it.skipIf(process.platform === "win32")("names pipes in place of images and labels, without waiting", async () => {
    await rm(join(folder, "images/c.jpg"));
    await rm(join(folder, "labels/b.txt"));
    expect(spawnSync("mkfifo", [join(folder, "images/c.jpg"), join(folder, "labels/b.txt")]).status).toBe(0);
    const { dataset } = await open();
    expect(dataset.report.kinds).toMatchObject({ unreadable: 1, "unreadable-labels": 1 });
    const reasons = dataset.report.problems.map(({ reason }) => reason).filter((reason) => reason.includes("pipe"));
    expect(reasons).toHaveLength(2);
  });

  it("says in a line when it cannot be kept, and goes on", async () => {
    await mkdir(join(cacheFile(), "in the way"), { recursive: true });
    const { dataset, lines } = await open();
    expect(dataset.report.images).toBe(3);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^train: the check cannot be kept for the next time: /);
    expect((await readdir(folder)).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  it("is not written when not asked for, and renewed when asked to", async () => {
    await open({ cache: false });
    await expect(stat(cacheFile())).rejects.toThrow();
    await open();
    expect((await open({ cache: "renew" })).looked).toBe(4);
  });

  it("serves a fraction, and is not replaced by one", async () => {
    const part = await open({ fraction: 0.5 });
    expect([part.looked, part.dataset.entries.length]).toEqual([2, 2]);
    await expect(stat(cacheFile())).rejects.toThrow();
    await open();
    const again = await open({ fraction: 0.5 });
    expect(again.looked).toBe(0);
    expect(again.dataset.report).toEqual(part.dataset.report);
  });
});

describe("Dataset.open", () => {
  it("keeps some classes, or treats all as one", async () => {
    const dogs = (await open({ classes: [1] })).dataset;
    expect([...(dogs.entries[0]?.classes ?? [])]).toEqual([1]);
    expect(dogs.entries[0]?.boxes.length).toBe(4);
    expect(dogs.entries[0]?.polygons?.map(({ length }) => length)).toEqual([6]);
    expect([dogs.report.instances, dogs.names]).toEqual([1, ["cat", "dog"]]);
    const cats = (await open({ classes: [0] })).dataset;
    expect(cats.entries[0]).not.toHaveProperty("polygons");
    const one = (await open({ singleCls: true })).dataset;
    expect([one.names, [...(one.entries[0]?.classes ?? [])]]).toEqual([["item"], [0, 0, 0]]);
  });

  it("refuses fractions and classes that make no sense", async () => {
    await expect(open({ fraction: 0 })).rejects.toThrow("fraction must be above 0");
    await expect(open({ fraction: 1.5 })).rejects.toThrow("fraction must be above 0");
    await expect(open({ classes: [2] })).rejects.toThrow("classes has 2, but the classes of");
  });

  it("says where labels belong when there are none at all", async () => {
    await rm(join(folder, "labels"), { recursive: true });
    await expect(open()).rejects.toThrow(
      `none of the 3 images has labels. The objects of ${join(folder, "images", "a.jpg")} belong in ${join(folder, "labels", "a.txt")}`,
    );
  });
});
