import { mkdtemp, readdir, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { blankImage, type Image } from "@lookonce/image";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Batch } from "../../batch.ts";
import { BatchLoader } from "../../batch-loader.ts";
import { brief, readEpoch, TestImages } from "../test-images.ts";
import { cacheFile, DiskCache } from "./disk-cache.ts";
import { layOutMemory, MemoryCache } from "./memory-cache.ts";
import { planCache } from "./plan-cache.ts";

const sizes = [4, 2, 8, 1].map((width) => ({ path: `/${width}.png`, width, height: 10 }));

describe("MemoryCache", () => {
  it("keeps the images that fit, for whoever shares its memory", () => {
    const layout = layOutMemory(sizes, 6 * 30 + 29);
    expect([...layout.places]).toEqual([0, 120, -1, -1]);
    const [one, other] = [new MemoryCache(layout), new MemoryCache(layout)];
    const made = sizes.map((size, i) => blankImage(size, i + 1));
    expect(other.get(0)).toBeUndefined();
    made.forEach((image, i) => {
      one.add(i, image);
    });
    expect([0, 1, 2, 3].map((i) => other.get(i))).toEqual([made[0], made[1], undefined, undefined]);
  });

  it("refuses an image of another size than it has room for", () => {
    const cache = new MemoryCache(layOutMemory(sizes, 1000));
    cache.add(0, blankImage({ width: 10, height: 4 }));
    expect(cache.get(0)).toBeUndefined();
  });

  it("leaves alone what another thread is filling", () => {
    const layout = layOutMemory(sizes, 1000);
    layout.states[1] = 1;
    const cache = new MemoryCache(layout);
    cache.add(1, blankImage(sizes[1] ?? { width: 1, height: 1 }, 5));
    expect(cache.get(1)).toBeUndefined();
  });

  it("spreads what is large over several pieces of memory", () => {
    const side = 2 ** 13;
    const large = Array.from({ length: 3 }, () => ({ width: side, height: side }));
    const { chunks, places } = layOutMemory(large, 2 ** 40);
    expect(chunks.map(({ length }) => length)).toEqual([side * side * 3, side * side * 3, side * side * 3]);
    expect([...places]).toEqual([0, 2 ** 28, 2 ** 29]);
  });
});

describe("planCache", () => {
  const wish = { limit: 100, freeMemory: 1e9, disk: { form: "x", directory: tmpdir() } };

  it("says what all images need, and keeps what is allowed", () => {
    expect(planCache(sizes, { ...wish, kind: "ram" })).toMatchObject({ kind: "ram", need: 450, images: 4 });
    expect(planCache(sizes, { ...wish, kind: "auto" })).toMatchObject({ kind: "ram", need: 450, images: 2 });
    expect(planCache(sizes, { ...wish, kind: "none" })).toEqual({ kind: "none", need: 450, images: 0 });
    expect(planCache(sizes, { ...wish, kind: "auto", limit: 0 })).toEqual({ kind: "none", need: 450, images: 0 });
    expect(planCache(sizes, { ...wish, kind: "disk" })).toMatchObject({ kind: "disk", need: 450, images: 4 });
  });

  it("refuses in one line what does not fit, and does what is allowed", () => {
    const plan = planCache(sizes, { ...wish, kind: "ram", freeMemory: 670 });
    expect(plan).toMatchObject({ kind: "ram", images: 2 });
    expect(plan.notice).toBe(
      "cache ram: 4 images need 0.0 MB (0.0 MB with a margin for training), 0.0 MB of memory are free: keeping 2 of them in memory.",
    );
    expect(planCache(sizes, { ...wish, kind: "ram", freeMemory: 670, limit: 0 }).notice).toContain("going on without");
    expect(planCache(sizes, { ...wish, kind: "ram", freeMemory: 675 }).notice).toBeUndefined();
    const vast = Array.from({ length: 1000 }, () => ({ path: "/a", width: 1e7, height: 1e7 }));
    expect(planCache(vast, { ...wish, kind: "disk" }).notice).toMatch(
      /^cache disk: 1000 images need [\d.]+ GB, [\d.]+ GB of disk space are free: going on without\.$/,
    );
  });
});

describe("DiskCache", () => {
  let folder: string;
  let source: string;
  let reads: number;
  const read = (fill: number) => async (): Promise<Image> => {
    reads++;
    return blankImage({ width: 5, height: 3 }, fill);
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lookonce-cache-"));
    source = join(folder, "a.jpg");
  });
  afterEach(() => rm(join(folder, ".lookonce-cache"), { recursive: true, force: true }));
  afterAll(() => rm(folder, { recursive: true }));

  it("reads an image once, until its file changes in size or time", async () => {
    reads = 0;
    await writeFile(source, "one");
    const cache = new DiskCache({ form: "64-v8" });
    const fills = async (fill: number): Promise<number | undefined> =>
      (await cache.through(source, read(fill)))?.data[0];
    expect([await fills(1), await fills(2)]).toEqual([1, 1]);
    await writeFile(source, "three");
    expect([await fills(3), await fills(4)]).toEqual([3, 3]);
    await utimes(source, 1000, 1000);
    expect([await fills(5), await fills(6)]).toEqual([5, 5]);
    expect(reads).toBe(3);
    expect(await new DiskCache({ form: "32-v8" }).through(source, read(7))).toEqual(await read(7)());
    expect((await readdir(join(folder, ".lookonce-cache"))).sort()).toEqual(["a.jpg.32-v8.rgb", "a.jpg.64-v8.rgb"]);
  });

  it("reads anew where a kept file is not whole", async () => {
    await writeFile(source, "one");
    const cache = new DiskCache({ form: "f" });
    await cache.through(source, read(1));
    const file = cacheFile(source, { form: "f" });
    for (const length of [0, 20, 40, (await stat(file)).size - 1]) {
      await truncate(file, length);
      expect((await cache.through(source, read(2)))?.data[0]).toBe(2);
      expect((await stat(file)).size).toBe(32 + 45);
    }
  });

  it("keeps apart images of one name from several folders", () => {
    const settings = { form: "f", directory: "/cache" };
    const [one, other] = [cacheFile("/a/x.jpg", settings), cacheFile("/b/x.jpg", settings)];
    expect(one).not.toBe(other);
    expect(dirname(dirname(one))).toBe(join("/cache"));
  });

  it("goes on when nothing can be written, and says so once", async () => {
    await writeFile(source, "one");
    const cache = new DiskCache({ form: "f", directory: join(source, "no-folder") });
    expect((await cache.through(source, read(8)))?.data[0]).toBe(8);
    expect(cache.takeFailure()).toMatch(/^cache disk: cannot write .*\. Going on without keeping more\.$/);
    await cache.through(source, read(9));
    expect(cache.takeFailure()).toBeUndefined();
  });
});

describe("a loader's cache", () => {
  let images: TestImages;
  beforeAll(async () => {
    images = await TestImages.make();
  });
  afterAll(() => images.remove());

  async function twice(loader: BatchLoader): Promise<[Batch[], Batch[]]> {
    const epochs: [Batch[], Batch[]] = [[], []];
    for (const epoch of epochs) for await (const batch of loader) epoch.push(batch);
    return epochs;
  }

  it.each([
    ["ram", 0],
    ["ram", 2],
    ["disk", 0],
    ["disk", 2],
    ["auto", 1],
  ] as const)("makes the same batches from %s with %i workers, without reading files again", async (cache, workers) => {
    const dataset = await images.open();
    const plain = brief(await readEpoch(dataset, { cache: "none", workers: 0 }));
    const loader = new BatchLoader(dataset, { batch: 4, imgsz: 64, cache, workers });
    const sizeOf = (n: number): number => 64 * Math.ceil((30 * 64) / (40 + n)) * 3;
    const need = Array.from({ length: images.count }, (_, n) => sizeOf(n)).reduce((a, b) => a + b);
    expect(loader.cache).toEqual({ kind: cache === "auto" ? "ram" : cache, need, images: images.count });
    expect((await twice(loader)).map(brief)).toEqual([plain, plain]);
    if (cache !== "disk") await rm(images.path(4));
    const again: Batch[] = [];
    for await (const batch of loader.batches(1)) again.push(batch);
    expect(brief(again)).toEqual(plain);
    await loader.dispose();
    await images.write(4);
  });

  it("on disk sees that an image was replaced", async () => {
    const dataset = await images.open();
    const options = { cache: "disk", cacheDirectory: join(images.folder, "kept"), workers: 1 } as const;
    const before = await readEpoch(dataset, options);
    const { writeImage } = await import("@lookonce/image");
    await writeImage(images.path(0), blankImage({ width: 40, height: 30 }, [200, 0, 100]));
    const after = await readEpoch(dataset, options);
    expect([...(after[0]?.images.subarray(32 * 64 * 3, 32 * 64 * 3 + 3) ?? [])]).toEqual([200, 0, 100]);
    expect(brief(after.slice(1))).toEqual(brief(before.slice(1)));
    await images.write(0);
  });

  it("reports in one line what it cannot do", async () => {
    const dataset = await images.open();
    const lines: string[] = [];
    const onNotice = (line: string): void => void lines.push(line);
    const cacheDirectory = join(images.path(3), "no-folder");
    await readEpoch(dataset, { cache: "disk", cacheDirectory, onNotice, workers: 1 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^cache disk: cannot write /);
    expect(() => new BatchLoader(dataset, { batch: 1, imgsz: 64, cache: "rom" as "ram" })).toThrow(
      'cache must be "auto", "ram", "disk" or "none", not "rom".',
    );
  });
});
