import { LookonceError } from "@lookonce/errors";
import { basename, extname } from "@lookonce/files";
import type { Dataset } from "../dataset.ts";
import type { DatasetEntry } from "../labels.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import { placeImage, type SaveImages } from "./place-image.ts";

/**
 * What of an object a format has no place for: `outline`, of which the box is written; `keypoints`; `box` around keypoints;
 * `visibility` of a hidden keypoint. `image`: an image without an object.
 */
export type LostKind = "outline" | "keypoints" | "box" | "visibility" | "image";

/** What was written of a split in another program's format. */
export interface WrittenAnnotations {
  /** The file, or the folder of files. */
  path: string;
  names: readonly string[];
  images: number;
  objects: number;
  /** Of how many objects something was left out, or how many images, by kind. */
  leftOut?: Partial<Record<LostKind, number>>;
}

/** Options of writers of formats that have images beside their annotations. */
export interface WriteOptions {
  /** What becomes of the images. Default `none`. */
  saveImages?: SaveImages;
}

/**
 * The images' names without extension.
 *
 * @throws LookonceError `ARGUMENT` when two are the same
 */
export function uniqueStems(entries: readonly DatasetEntry[], place: string): string[] {
  const stems = entries.map(({ path }) => basename(path, extname(path)));
  const taken = new Set<string>();
  for (const stem of stems) {
    if (taken.has(stem)) {
      throw new LookonceError("ARGUMENT", `Two images are called ${stem}, but names must differ in ${place}.`);
    }
    taken.add(stem);
  }
  return stems;
}

/** Places the images of a data set. @param placeOf the path of an image by its name */
export async function placeImages(
  { entries }: Pick<Dataset, "entries">,
  saveImages: SaveImages,
  placeOf: (name: string) => string,
): Promise<void> {
  if (saveImages === "none") return;
  await mapConcurrently(entries, 16, ({ path }) => placeImage(path, placeOf(basename(path)), saveImages));
}

/** The result for a data set, its objects counted. */
export function written(
  { entries, names }: Pick<Dataset, "entries" | "names">,
  path: string,
  lost: Partial<Record<LostKind, number>> = {},
): WrittenAnnotations {
  const leftOut = Object.fromEntries(Object.entries(lost).filter(([, count]) => count > 0));
  return {
    path,
    names,
    images: entries.length,
    objects: entries.reduce((sum, { classes }) => sum + classes.length, 0),
    ...(Object.keys(leftOut).length === 0 ? {} : { leftOut }),
  };
}
