import { LookonceError } from "@lookonce/errors";
import {
  besideOf,
  dirname,
  join,
  readFile,
  relative,
  renameIntoPlace,
  resolve,
  rm,
  sep,
  writeFile,
  writing,
} from "@lookonce/files";
import { Random } from "@lookonce/random";
import { isFolder, listFolder } from "../find-images.ts";
import { labelPath } from "../labels.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import { nearestName } from "../nearest-name.ts";

export const splits = ["train", "val", "test"] as const;

type Split = (typeof splits)[number];

/** Options of {@link splitImages}. */
export interface SplitOptions {
  /** Folder of images. */
  folder: string;
  /** Shares of train, val and test; their sum counts as all. Default 0.9, 0.1, 0. */
  weights?: readonly [train: number, val: number, test: number];
  /** Equal seeds draw equal lists. Default 0. */
  seed?: number;
  /** Leave out images whose label file is missing or empty. Default `false`. */
  annotatedOnly?: boolean;
}

/** What {@link splitImages} or {@link splitClasses} wrote. */
export interface SplitResult {
  /** Paths of the lists or folders, of splits that got an image. */
  files: Partial<Record<Split, string>>;
  /** Images in each. */
  images: Record<Split, number>;
  /** Images left out because they have no labels. */
  leftOut: number;
}

/**
 * Deals a folder's images out by chance to lists that a data set file can name: `autosplit_train.txt`,
 * `autosplit_val.txt` and `autosplit_test.txt` beside the folder, with paths relative to the list.
 *
 * The lists have as many images as their shares say, rounded so that nothing is lost. Lists of an earlier split are
 * replaced; images and labels stay where they are.
 *
 * @throws LookonceError `ARGUMENT` for bad weights, `NOT_FOUND` without the folder, `DATA` without an image, `IO` when a
 *   list cannot be written
 */
export async function splitImages(options: SplitOptions): Promise<SplitResult> {
  const { folder, weights = [0.9, 0.1, 0], seed = 0, annotatedOnly = false } = options;
  checkWeights(weights);
  await requireFolder(folder);
  const all = await listFolder(resolve(folder));
  const paths = annotatedOnly ? await withLabels(all) : all;
  if (paths.length === 0) {
    const reason = all.length === 0 ? "no images" : `${all.length} images, none of which has labels`;
    throw new LookonceError("DATA", `${folder} contains ${reason}.`);
  }
  const order = new Random(seed).fork("split").permutation(paths.length);
  const bounds = cuts(weights, paths.length);
  const images = { train: 0, val: 0, test: 0 };
  const lists = new Map<string, readonly string[]>();
  const result: SplitResult = { files: {}, images, leftOut: all.length - paths.length };
  for (const [i, split] of splits.entries()) {
    const numbers = order.slice(bounds[i], bounds[i + 1]).sort((a, b) => a - b);
    const file = join(dirname(resolve(folder)), `autosplit_${split}.txt`);
    lists.set(
      file,
      numbers.flatMap((number) => paths[number] ?? []),
    );
    images[split] = numbers.length;
    if (numbers.length > 0) result.files[split] = file;
  }
  await writeLists(lists);
  return result;
}

export async function requireFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  throw new LookonceError("NOT_FOUND", `There is no folder ${resolve(folder)}.${await nearestName(folder)}`);
}

export function checkWeights(weights: readonly number[]): void {
  const isPossible = weights.length === 3 && weights.every((weight) => Number.isFinite(weight) && weight >= 0);
  if (isPossible && weights.some((weight) => weight > 0)) return;
  const wanted = "three numbers from 0, the shares of train, val and test, such as 0.9,0.1,0";
  throw new LookonceError("ARGUMENT", `weights must be ${wanted}; not ${weights.join(",")}.`);
}

/** Where each split begins and ends in a list of `count`: 0, …, count. */
export function cuts(weights: readonly number[], count: number): number[] {
  const upTo = (end: number): number => weights.slice(0, end).reduce((a, b) => a + b, 0);
  return [0, 1, 2, 3].map((end) => Math.round((upTo(end) / upTo(3)) * count));
}

async function withLabels(paths: readonly string[]): Promise<string[]> {
  const flags = await mapConcurrently(paths, 32, async (path) => {
    const text = await readFile(labelPath(path), "utf8").catch(() => "");
    return text.trim() !== "";
  });
  return paths.filter((_, i) => flags[i]);
}

/**
 * Writes all lists beside their places before the first is moved there: those of two splits together would have images in
 * common. An empty list would only be an error for whoever names it, so there is none.
 */
async function writeLists(lists: ReadonlyMap<string, readonly string[]>): Promise<void> {
  const written = new Map<string, string>();
  try {
    for (const [file, paths] of lists) {
      if (paths.length === 0) continue;
      const beside = besideOf(file);
      written.set(file, beside);
      const lines = paths.map((path) => `./${relative(dirname(file), path).split(sep).join("/")}\n`);
      await writing(file, () => writeFile(beside, lines.join("")));
    }
    for (const file of lists.keys()) {
      const beside = written.get(file);
      await (beside === undefined ? writing(file, () => rm(file, { force: true })) : renameIntoPlace(beside, file));
    }
  } finally {
    for (const beside of written.values()) await rm(beside, { force: true }).catch(() => {});
  }
}
