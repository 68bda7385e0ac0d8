import { mkdtemp, rm } from "node:fs/promises";
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
