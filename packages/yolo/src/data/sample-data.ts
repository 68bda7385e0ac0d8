import { type DataSampleArgs, familySettings, type HypFamily, hypPreset, withDefaults } from "@lookonce/config";
import type { AugmentSettings, BatchLoader, DatasetEntry } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { basename, join } from "@lookonce/files";
import type { Image } from "@lookonce/image";
import type { GridImage } from "@lookonce/plots";
import { Random } from "@lookonce/random";
import { type LogOptions, labelsOf, openDataset } from "../open-dataset.ts";
import { makeRunDirectory } from "../run-directory.ts";
import { labeledImage } from "./labeled-image.ts";

/** Options of {@link sampleData}. */
export type SampleDataOptions = DataSampleArgs & LogOptions;

/** What {@link sampleData} drew. */
export interface DataSample {
  /** The images that were chosen. */
  images: string[];
  /** Paths of the grids: as they are and, where asked for, augmented. */
  files: string[];
}

/**
 * Draws some images of a data set with their labels side by side, as they are and as training would see them.
 *
 * @throws LookonceError when the data set cannot be used, for hyper-parameters that there are not, and when a grid cannot
 *   be written
 */
export async function sampleData(options: SampleDataOptions): Promise<DataSample> {
  const resolved = withDefaults("data sample", options);
  const { data, task, split, n: count, imgsz, seed, project, name, existOk } = resolved;
  const { imageGrid } = await import("@lookonce/plots");
  const { writeImage } = await import("@lookonce/image");
  const settings = await augmentSettings(options);
  const dataset = await openDataset(data, { ...(await labelsOf(task)), split, log: options.log ?? (() => {}) });
  const { names } = dataset;
  const { BatchLoader } = await import("@lookonce/data");
  const random = new Random(seed).fork("sample");
  // Its first batch is the sample
  const loader = new BatchLoader(dataset, {
    ...{ batch: Math.min(count, dataset.entries.length), imgsz, shuffle: random, random },
    ...{ workers: 0, prefetch: 0, cache: "none" },
    ...(settings === undefined ? {} : { augment: settings, loading: familySettings[settings.family].loading }),
  });
  const entries = (loader.plan(0)[0]?.indices ?? []).map((index) => dataset.entries[index] as DatasetEntry);
  const plain = await Promise.all(entries.map((entry) => labeledImage(entry, dataset.labels)));
  const grids = [{ file: "sample.jpg", grid: await imageGrid(plain, { names }) }];
  if (settings !== undefined) {
    const images = await firstBatch(loader);
    grids.push({ file: "sample_augmented.jpg", grid: await imageGrid(images, { names }) });
  }
  await loader.dispose();
  const directory = await makeRunDirectory(join(project, name), { reuse: existOk });
  const files: string[] = [];
  for (const { file, grid } of grids) {
    files.push(join(directory, file));
    await writeImage(files.at(-1) as string, grid);
  }
  return { images: entries.map(({ path }) => path), files };
}

async function augmentSettings({ augment, hyp }: SampleDataOptions): Promise<AugmentSettings | undefined> {
  if (augment === undefined || augment === "none") {
    if (hyp === undefined) return undefined;
    throw new LookonceError("ARGUMENT", "hyp changes an augmentation, and none is asked for: add augment=v8.");
  }
  const preset = hypPreset(augment);
  const family: HypFamily = augment.startsWith("v5") ? "v5" : "v8";
  if (hyp === undefined) return { family, hyp: preset } as AugmentSettings;
  const { readHyp } = await import("@lookonce/trainer");
  return { family, hyp: await readHyp(hyp, familySettings[family]) } as AugmentSettings;
}

/** The images of the first batch, as training would see them. */
async function firstBatch(loader: BatchLoader): Promise<GridImage[]> {
  const [{ imagesOf }, { labelShapes }] = await Promise.all([import("@lookonce/data"), import("@lookonce/families")]);
  for await (const batch of loader) {
    const images = imagesOf(batch);
    return batch.samples.map((sample, i) => {
      const { path, boxes, classes } = sample;
      return { image: images[i] as Image, boxes, classes, ...labelShapes(sample), caption: basename(path) };
    });
  }
  return [];
}
