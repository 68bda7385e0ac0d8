import { didYouMean, LookonceError } from "@lookonce/errors";
import {
  dirname,
  extname,
  join,
  readdir,
  readRegular,
  realpath,
  relative,
  resolve,
  stat,
  textOf,
} from "@lookonce/files";
import { glob, isDynamicPattern } from "#glob";
import type { DatasetConfig } from "./dataset-config.ts";
import { nearestName } from "./nearest-name.ts";

/** Some of these cannot be decoded here (DNG, HEIC); they are listed so that such files show up in the report. */
const imageExtensions = new Set([
  ...[".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".mpo"],
  ...[".bmp", ".dng", ".heic"],
]);

/**
 * The images of a split, as absolute paths: folders are searched to any depth, `.txt` lists have a path a line,
 * patterns such as `part-*` stand for all that they match.
 *
 * Sorted by path within a folder; lists keep their order; an image named twice comes once.
 *
 * @throws LookonceError `ARGUMENT` for a split the file does not have, `NOT_FOUND` for a missing folder or list, `DATA`
 * when there is no image
 */
export async function findImages(config: DatasetConfig, split: string): Promise<string[]> {
  const sources = config.splits[split];
  if (sources === undefined) {
    const known = Object.keys(config.splits);
    const what = `has no split "${split}"; it has ${known.join(", ")}`;
    throw new LookonceError("ARGUMENT", `${config.file} ${what}.${didYouMean(split, known)}`);
  }
  const found = new Set<string>();
  for (const source of sources) {
    const { paths, isPattern } = await locate(source, config, split);
    for (const path of paths) for (const image of await imagesAt(path, config.root, isPattern)) found.add(image);
  }
  if (found.size === 0) {
    const where = sources.map((source) => resolve(config.root, source)).join(", ");
    const what = `contains no images (searched for ${[...imageExtensions].join(" ")} in ${where})`;
    throw new LookonceError("DATA", `${config.file}: ${split}: ${what}.`);
  }
  return [...found];
}

/** The images in a folder or a list; otherwise the path itself, of what a pattern matches only images. */
async function imagesAt(path: string, root: string, isPattern: boolean): Promise<string[]> {
  if ((await stat(path)).isDirectory()) return listFolder(path);
  if (extname(path).toLowerCase() === ".txt") return listFile(path, root);
  return isPattern && !isImage(path) ? [] : [path];
}

/** The path that a source names, or those that it matches as a pattern (`*`, `**`, `?`, `[ab]`, `{a,b}`). */
async function locate(
  source: string,
  { file, root, download }: DatasetConfig,
  split: string,
): Promise<{ paths: string[]; isPattern: boolean }> {
  // Files exported by labeling services say ../train/images beside a folder train: YOLOv8 reads them so, too
  for (const name of source.startsWith("../") ? [source, source.slice(3)] : [source]) {
    const path = resolve(root, name);
    if ((await stat(path).catch(() => undefined)) !== undefined) return { paths: [path], isPattern: false };
  }
  if (!isDynamicPattern(source)) {
    const path = resolve(root, source);
    const hint = `${await nearestName(path)} Paths are relative to path:, which is relative to the file.`;
    const never = download === undefined ? "" : ` ${neverDownloaded}`;
    const what = `names "${source}", but there is no ${path}`;
    throw new LookonceError("NOT_FOUND", `${file}: ${split}: ${what}.${hint}${never}`);
  }
  const matches = await glob(source, { cwd: root, absolute: true, onlyFiles: false, expandDirectories: false });
  // Folders come with a slash at their end
  if (matches.length > 0) return { paths: matches.map((match) => resolve(match)).sort(), isPattern: true };
  throw new LookonceError("NOT_FOUND", `${file}: ${split}: nothing matches the pattern "${source}" in ${root}.`);
}

const neverDownloaded =
  "The file has a download: key, but lookonce never downloads data sets: fetch it yourself and unpack it there.";

/** Whether a path is that of a folder that is there. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isImage(name: string): boolean {
  return imageExtensions.has(extname(name).toLowerCase());
}

/** The images in a folder, to any depth, sorted by path; what is hidden (`.cache/`, macOS's `._a.jpg`) is passed over. */
export async function listFolder(folder: string): Promise<string[]> {
  return (await listInto(folder, new Set())).sort();
}

/** Follows links to other folders, but never into one of those `above`: that would not end. */
async function listInto(folder: string, above: ReadonlySet<string>): Promise<string[]> {
  const real = await realpath(folder);
  if (above.has(real)) return [];
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }))
    .filter(({ path }) => !/(^|[\\/])\./.test(relative(folder, path)));
  const found = entries.filter(({ entry }) => !entry.isDirectory() && isImage(entry.name)).map(({ path }) => path);
  for (const { entry, path } of entries) {
    if (!entry.isSymbolicLink() || isImage(entry.name) || !(await isFolder(path))) continue;
    for (const linked of await listInto(path, new Set([...above, real]))) found.push(linked);
  }
  return found;
}

/** Lines starting with `./` are relative to the list, others to the data set's root. */
async function listFile(file: string, root: string): Promise<string[]> {
  const lines = textOf(await readRegular(file, { what: "list of images" }))
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trim());
  return lines
    .filter((line) => line.length > 0)
    .map((line) => (line.startsWith("./") ? resolve(dirname(file), line) : resolve(root, line)));
}
