import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { familySettings } from "@lookonce/config";
import { readImage, writeImage } from "@lookonce/image";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packEntries } from "./entry-table.ts";
import { ImageSource } from "./image-source.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-source-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("reads libjpeg's pixels for validation, and the fast decoder's for training alone", async () => {
  const path = join(folder, "a.jpg");
  const size = { width: 64, height: 48 };
  await writeImage(path, { ...size, data: Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => (i * i) >> 7) });
  const entries = packEntries([{ path, ...size, classes: new Int32Array(0), boxes: new Float32Array(0) }]);
  const [exact, fast] = [await readImage(path), await readImage(path, { fast: true })];
  expect(fast).not.toEqual(exact);
  for (const training of [false, true]) {
    const source = new ImageSource({ entries, form: { imgsz: 64, loading: familySettings.v8.loading, training } });
    expect((await source.load(0)).image).toEqual(training ? fast : exact);
  }
});

it("reads the rows that are needed, with the objects of the whole image, and the next image where they are damaged", async () => {
  const size = { width: 64, height: 48 };
  const paths = ["whole.jpg", "damaged.jpg"].map((name) => join(folder, name));
  for (const path of paths) await writeImage(path, { ...size, data: new Uint8Array(64 * 48 * 3).fill(90) });
  await writeFile(paths[1] as string, "no image");
  const boxes = Float32Array.of(0.5, 0.5, 0.5, 0.5);
  const entries = packEntries(paths.map((path) => ({ path, ...size, classes: Int32Array.of(0), boxes })));
  const load = (form: { imgsz: number; training: boolean }, index: number) =>
    new ImageSource({ entries, form: { ...form, loading: familySettings.v8.loading } }).load(index, 10);
  const training = { imgsz: 64, training: true };
  for (const index of [0, 1]) {
    const { image, whole, boxes: placed } = await load(training, index);
    expect([image.width, image.height, image.data.length, whole]).toEqual(
      index === 0 ? [64, 10, 64 * 10 * 3, size] : [64, 48, 64 * 48 * 3, undefined],
    );
    expect([...placed]).toEqual([16, 12, 48, 36]);
  }
  // Resized, or measured: all rows
  for (const form of [
    { imgsz: 32, training: true },
    { imgsz: 64, training: false },
  ]) {
    expect((await load(form, 0)).image.height).toBe((form.imgsz * 48) / 64);
  }
});
