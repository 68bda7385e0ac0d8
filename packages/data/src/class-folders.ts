import { LookonceError } from "@lookonce/errors";
import { join, readdir, resolve, sep } from "@lookonce/files";
import type { DatasetConfig } from "./dataset-config.ts";
import { isFolder, listFolder } from "./find-images.ts";
import type { DataProblem } from "./problem.ts";

/** The folders that may have the images of a split, the first that is there (YOLOv8 8.3). */
const splitFolders = [
  ["train", ["train"]],
  ["val", ["val", "validation", "valid"]],
  ["test", ["test"]],
] as const;

/**
 * Reads the classes of a folder `train/<class>/…`, with `val` (or `validation`, or `valid`) and `test` of the same form: the
 * names of the folders in `train`, in the order of their bytes.
 *
 * @throws LookonceError `DATA` when it has no folder `train`, or that none of a class
 */
export async function readClassFolders(folder: string): Promise<DatasetConfig> {
  const root = resolve(folder);
  const splits: DatasetConfig["splits"] = {};
  const there = await foldersIn(root);
  for (const [split, places] of splitFolders) {
    const place = places.find((name) => there.includes(name));
    if (place !== undefined) splits[split] = [place];
  }
  const form = "a folder of classes has the images of each in train/<class> and val/<class>";
  if (splits.train === undefined) {
    const yaml = (await readdir(root)).find((name) => /\.ya?ml$/i.test(name));
    const hint = yaml === undefined ? "" : ` For a data set of labels name its file, ${join(folder, yaml)}.`;
    throw new LookonceError("DATA", `${folder} is a folder without a folder train: ${form}.${hint}`);
  }
  const names = await foldersIn(join(root, "train"));
  if (names.length === 0) throw new LookonceError("DATA", `${join(folder, "train")} has no folder: ${form}.`);
  return { file: folder, root, names, splits, hasClassFolders: true };
}

/**
 * The images of a split with the numbers of their classes, and what is wrong with its folders. Every split has the classes of
 * `train`; YOLOv8 (8.3) numbers each split's own folders, so that a missing one shifts the rest.
 *
 * @throws LookonceError `DATA` when no image is in the folder of a class
 */
export async function findClassImages(
  config: DatasetConfig,
  split: string,
): Promise<{ labels: Map<string, number>; problems: DataProblem[] }> {
  const [place = split] = config.splits[split] ?? [];
  const folder = join(config.root, place);
  const numbers = new Map(config.names.map((name, label) => [name, label]));
  const labels = new Map<string, number>();
  const problems: DataProblem[] = [];
  const found = new Set<string>();
  for (const path of await listFolder(folder)) {
    const [name = "", ...rest] = path.slice(folder.length + 1).split(sep);
    const label = numbers.get(name);
    if (rest.length === 0) {
      problems.push({ path, kind: "no-class", reason: `lies beside the folders of ${place}, in that of no class` });
    } else if (label === undefined) {
      problems.push({ path, kind: "no-class", reason: `"${name}" is no class: train has no such folder` });
    } else {
      found.add(name);
      labels.set(path, label);
    }
  }
  if (labels.size === 0) {
    const example = `${problems[0]?.path} ${problems[0]?.reason}`;
    throw new LookonceError("DATA", `${folder} has no image in the folder of a class: ${example}.`);
  }
  for (const name of await foldersIn(folder)) {
    if (found.has(name) || !numbers.has(name)) continue;
    problems.push({ path: join(folder, name), kind: "empty-class", reason: "a folder of a class without an image" });
  }
  return { labels, problems };
}

/** Names of the folders in a folder, in the order of their bytes; hidden ones are passed over. */
export async function foldersIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const visible = names.filter((name) => !name.startsWith("."));
  const flags = await Promise.all(visible.map((name) => isFolder(join(folder, name))));
  return visible.filter((_, i) => flags[i]).sort(inByteOrder);
}

/** The order of two texts' bytes in UTF-8, which is that of their characters' numbers; JavaScript's own is of 16-bit units. */
function inByteOrder(a: string, b: string): number {
  const [one, other] = [[...a], [...b]];
  const at = one.findIndex((character, i) => character !== other[i]);
  if (at < 0 || at >= other.length) return one.length - other.length;
  return (one[at]?.codePointAt(0) ?? 0) - (other[at]?.codePointAt(0) ?? 0);
}
