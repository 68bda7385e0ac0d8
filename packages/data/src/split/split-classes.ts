import { LookonceError } from "@lookonce/errors";
import { besideOf, join, readdir, relative, renameIntoPlace, resolve, rm, writing } from "@lookonce/files";
import { Random } from "@lookonce/random";
import { foldersIn } from "../class-folders.ts";
import { placeImage } from "../convert/place-image.ts";
import { listFolder } from "../find-images.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import { checkWeights, cuts, requireFolder, type SplitResult, splits } from "./split-images.ts";

/** Options of {@link splitClasses}. */
export interface SplitClassesOptions {
  /** Folder with a folder of images for each class. */
  folder: string;
  /** Folder to write to, which must not be there or be empty. Default: `folder` with `_split`. */
  output?: string;
  /** Shares of train, val and test of every class; their sum counts as all. Default 0.9, 0.1, 0. */
  weights?: readonly [train: number, val: number, test: number];
  /** Equal seeds draw equal splits. Default 0. */
  seed?: number;
  /** Default `link`. */
  saveImages?: "link" | "copy";
}

/**
 * Deals the images of each class out by chance to `train/<class>`, `val/<class>` and `test/<class>` of a new folder, as links.
 * A class of one image has it in the split of the largest share; `files` are the splits' folders.
 *
 * @throws LookonceError `ARGUMENT` for bad weights or a folder that contains something, `NOT_FOUND` without the folder, `DATA`
 *   without a class or an image, `IO` when something cannot be written; nothing half done is left behind
 */
export async function splitClasses(options: SplitClassesOptions): Promise<SplitResult> {
  const { weights = [0.9, 0.1, 0], seed = 0, saveImages = "link" } = options;
  const folder = resolve(options.folder);
  const output = resolve(options.output ?? `${folder}_split`);
  checkWeights(weights);
  await requireFolder(folder);
  const classes = await foldersIn(folder);
  if (classes.length === 0) {
    const form = "a folder of images for each class";
    throw new LookonceError("DATA", `${folder} contains no folder; it needs ${form}.`);
  }
  if ((await readdir(output).catch(() => [])).length > 0) {
    throw new LookonceError("ARGUMENT", `${output} already contains something: choose another output.`);
  }
  const random = new Random(seed).fork("split classes");
  const images = { train: 0, val: 0, test: 0 };
  const moves: { source: string; place: string }[] = [];
  const beside = besideOf(output);
  for (const name of classes) {
    const paths = await listFolder(join(folder, name));
    const order = random.fork(name).permutation(paths.length);
    const bounds = cuts(weights, paths.length);
    for (const [i, split] of splits.entries()) {
      const numbers = order.slice(bounds[i], bounds[i + 1]).sort((a, b) => a - b);
      images[split] += numbers.length;
      for (const number of numbers) {
        const source = paths[number] ?? "";
        moves.push({ source, place: join(beside, split, name, relative(join(folder, name), source)) });
      }
    }
  }
  if (moves.length === 0) throw new LookonceError("DATA", `${folder} contains no image in the folders of its classes.`);
  try {
    await mapConcurrently(moves, 16, ({ source, place }) => placeImage(source, place, saveImages));
    await writing(output, () => rm(output, { recursive: true, force: true }));
    await renameIntoPlace(beside, output);
  } finally {
    await rm(beside, { recursive: true, force: true }).catch(() => {});
  }
  const files = Object.fromEntries(
    splits.filter((split) => images[split] > 0).map((split) => [split, join(output, split)]),
  );
  return { files, images, leftOut: 0 };
}
