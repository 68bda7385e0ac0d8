import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeImage, type Image } from "@lookonce/image";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BatchLoader, Dataset, type ProblemKind } from "../index.ts";
import { mapConcurrently } from "../map-concurrently.ts";

const count = 2000;
/** Every 20th image is damaged, and the labels of every 20th. */
const every = 20;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-damage-"));
  await mkdir(join(folder, "images"));
  await mkdir(join(folder, "labels"));
});
afterAll(() => rm(folder, { recursive: true }));

const noise = (width: number, height: number): Image => ({
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 7 + (i >> 3)) % 256),
  width,
  height,
});

function changed(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(values, at);
  return copy;
}

/** A JPEG with an EXIF segment that says: turn it by a quarter. */
function turned(jpeg: Uint8Array): Uint8Array {
  const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0];
  const exif = [...new TextEncoder().encode("Exif"), 0, 0, ...tiff];
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2, ...exif, ...jpeg.subarray(2)]);
}

type Case<T> = [ProblemKind, T];

/** Every way for an image to be damaged. */
async function damagedImages(jpeg: Uint8Array, png: Uint8Array): Promise<Case<[extension: string, Uint8Array]>[]> {
  const webp = await encodeImage(noise(16, 12), ".webp");
  const tiny = await encodeImage(noise(9, 30), ".png");
  return [
    ["zero-byte", [".jpg", new Uint8Array(0)]],
    ["truncated", [".jpg", jpeg.subarray(0, jpeg.length - 2)]],
    ["truncated", [".jpg", jpeg.subarray(0, 100)]],
    ["truncated", [".png", png.subarray(0, png.length - 9)]],
    ["truncated", [".webp", webp.subarray(0, webp.length - 5)]],
    ["corrupt", [".jpg", changed(jpeg, jpeg.length - 60, 0xff, 0x20)]],
    ["corrupt", [".png", changed(png, png.length - 60, (png[png.length - 60] as number) ^ 8)]],
    ["corrupt", [".png", new TextEncoder().encode("<html>404</html>")]],
    ["corrupt", [".bmp", new TextEncoder().encode("BM no decoder")]],
    ["too-small", [".png", tiny]],
  ];
}

const good = "0 0.25 0.25 0.5 0.5\n";

/** Every way for a label row to be wrong, each beside one good row. */
const damagedLabels: Case<string>[] = [
  ["columns", "0 0.5 0.5 0.1"],
  ["columns", "0 0.5 0.5 0.1 0.1 0.9"],
  ["not-finite", "0 nan 0.5 0.1 0.1"],
  ["not-finite", "0 0.5 0.5 inf 0.1"],
  ["class", "2 0.5 0.5 0.1 0.1"],
  ["class", "-1 0.5 0.5 0.1 0.1"],
  ["negative", "1 0.5 -0.5 0.1 0.1"],
  ["out-of-bounds", "1 320 200 50 50"],
  ["no-area", "1 0.5 0.5 0 0.1"],
  ["duplicate", good.trim()],
];

/** What was written into the folder. */
interface Planted {
  problems: Map<string, ProblemKind>;
  usable: number;
  instances: number;
  missing: number;
  empty: number;
  turned: number;
}

async function plant(): Promise<Planted> {
  const jpeg = await encodeImage(noise(16, 12), ".jpg");
  const png = await encodeImage(noise(16, 12), ".png");
  const images = await damagedImages(jpeg, png);
  const planted: Planted = { problems: new Map(), usable: 0, instances: 0, missing: 0, empty: 0, turned: 0 };
  await mapConcurrently([...Array(count).keys()], 32, async (i) => {
    const name = String(i).padStart(4, "0");
    const image = i % every === 0 ? images[(i / every) % images.length] : undefined;
    const [extension, bytes] =
      image?.[1] ?? (i % 2 === 0 ? [".png", png] : [".jpg", i % 3 === 0 ? turned(jpeg) : jpeg]);
    await writeFile(join(folder, "images", name + extension), bytes);
    if (image === undefined) planted.usable++;
    else planted.problems.set(join(folder, "images", name + extension), image[0]);
    if (image === undefined && bytes.length > jpeg.length && i % 2 === 1) planted.turned++;
    const labels = join(folder, "labels", `${name}.txt`);
    if (i % every === 7) {
      const [kind, row] = damagedLabels[((i - 7) / every) % damagedLabels.length] as Case<string>;
      planted.problems.set(labels, kind);
      planted.instances++;
      await writeFile(labels, `${good}${row}\n`);
    } else if (i === 8) {
      planted.problems.set(labels, "unreadable-labels");
      await mkdir(labels);
    } else if (i % every === 9) planted.missing++;
    else {
      if (i % every === 11) planted.empty++;
      else if (image === undefined) planted.instances++;
      await writeFile(labels, i % every === 11 ? "\n" : good);
    }
  });
  return planted;
}

/** A hash of every file's name and content. */
async function hashOf(path: string): Promise<string> {
  const names = (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const contents = await mapConcurrently(names, 32, (name) => readFile(name));
  const hash = createHash("sha256");
  for (const [i, name] of names.entries()) hash.update(name).update(contents[i] as Buffer);
  return hash.digest("hex");
}

it("counts and names every damage among 2,000 images, loses nothing, and changes no file", async () => {
  const planted = await plant();
  const before = [await hashOf(join(folder, "images")), await hashOf(join(folder, "labels"))];
  const yaml = join(folder, "data.yaml");
  await writeFile(yaml, "train: images\nnames: [cat, dog]\n");
  const dataset = await Dataset.open({ yaml, split: "train", cache: true });
  const { problems, kinds, ...counts } = dataset.report;
  expect(new Map(problems.map(({ path, kind }) => [path, kind]))).toEqual(planted.problems);
  expect(problems).toHaveLength(201);
  const expected: Partial<Record<ProblemKind, number>> = {};
  for (const kind of planted.problems.values()) expected[kind] = (expected[kind] ?? 0) + 1;
  expect(kinds).toEqual(expected);
  expect(counts).toEqual({
    ...{ images: planted.usable, unusable: 100, instances: planted.instances, corrupt: 201 },
    ...{ found: planted.usable - planted.missing, missing: planted.missing, empty: planted.empty },
    oriented: planted.turned,
  });
  expect(planted.turned).toBeGreaterThan(300);
  // Again, from what was kept
  expect((await Dataset.open({ yaml, split: "train", cache: true })).report).toEqual(dataset.report);
  const loaded = new Set<string>();
  let objects = 0;
  for await (const { samples } of new BatchLoader(dataset, { batch: 64, imgsz: 32, workers: 0 }).batches()) {
    for (const { path, classes } of samples) {
      loaded.add(path);
      objects += classes.length;
    }
  }
  expect([loaded.size, objects]).toEqual([planted.usable, planted.instances]);
  expect(dataset.report.problems).toHaveLength(201);
  expect([await hashOf(join(folder, "images")), await hashOf(join(folder, "labels"))]).toEqual(before);
});
