import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { blankImage, writeImage } from "@lookonce/image";
import type { Batch } from "../batch.ts";
import { type BatchesOptions, BatchLoader } from "../batch-loader.ts";
import { Dataset } from "../dataset.ts";
import type { BatchLoaderOptions } from "./loader-options.ts";

/** Images whose gray is 20 times their number; number n has n objects. */
export class TestImages {
  readonly count = 11;
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<TestImages> {
    const images = new TestImages(await mkdtemp(join(tmpdir(), "lookonce-loader-")));
    await mkdir(join(images.folder, "labels"));
    for (let n = 0; n < images.count; n++) {
      await images.write(n);
      const rows = Array.from({ length: n }, (_, k) => `${k % 3} 0.5 0.5 0.5 ${0.1 + k / 100}\n`);
      await writeFile(join(images.folder, "labels", `${String(n).padStart(2, "0")}.txt`), rows.join(""));
    }
    await writeFile(join(images.folder, "data.yaml"), "train: images\nval: images\nnames: [a, b, c]\n");
    return images;
  }

  path(n: number): string {
    return join(this.folder, "images", `${String(n).padStart(2, "0")}.png`);
  }

  async write(n: number): Promise<void> {
    await writeImage(this.path(n), blankImage({ width: 40 + n, height: 30 }, 20 * n));
  }

  open(): Promise<Dataset> {
    return Dataset.open({ yaml: join(this.folder, "data.yaml"), split: "train" });
  }

  /** Writes a module of transforms and returns its address. */
  async module(name: string, source: string): Promise<URL> {
    const path = join(this.folder, `${name}.mjs`);
    await writeFile(path, source);
    return pathToFileURL(path);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

/** The batches of one epoch of a new loader. */
export async function readEpoch(
  dataset: Dataset,
  options: Partial<BatchLoaderOptions>,
  { epoch = 0, ...rest }: BatchesOptions & { epoch?: number } = {},
): Promise<Batch[]> {
  const loader = new BatchLoader(dataset, { batch: 4, imgsz: 64, ...options });
  try {
    const batches: Batch[] = [];
    for await (const batch of loader.batches(epoch, rest)) batches.push(batch);
    return batches;
  } finally {
    await loader.dispose();
  }
}

/** Batches with a sum in place of their bytes: comparing many numbers one by one is slow. */
export function brief(batches: readonly Batch[]): object[] {
  return batches.map(({ images, ...rest }) => ({ ...rest, images: createHash("sha256").update(images).digest("hex") }));
}
