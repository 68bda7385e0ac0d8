import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, extname, join, relative, resolve } from "node:path";
import { didYouMean, LookonceError } from "@lookonce/errors";
import { glob, isDynamicPattern } from "tinyglobby";
import type { DatasetConfig } from "./dataset-config.ts";
import { nearestName } from "./nearest-name.ts";

/**
 * File names that count as images. Some of these formats cannot be decoded here (DNG, HEIC); they are listed all
 * the same, so that such files show up in the report and do not vanish in silence.
 */
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
    throw new LookonceError(
      "ARGUMENT",
      `${config.file} has no split "${split}"; it has ${known.join(", ")}.${didYouMean(split, known)}`,
    );
  }
  const found = new Set<string>();
  for (const source of sources) {
    for (const path of await imagesOf(source, { config, split })) found.add(path);
  }
  if (found.size === 0) {
    const where = sources.map((source) => resolve(config.root, source)).join(", ");
    throw new LookonceError(
      "DATA",
      `${config.file}: ${split}: contains no images (searched for ${[...imageExtensions].join(" ")} in ${where}).`,
    );
  }
  return [...found];
}

interface Context {
  config: DatasetConfig;
  split: string;
}

async function imagesOf(source: string, context: Context): Promise<string[]> {
  const path = await locate(source, context);
  if (path === undefined) return matchPattern(source, context);
  if ((await stat(path)).isDirectory()) return listFolder(path);
  if (extname(path).toLowerCase() === ".txt") return listFile(path, context.config.root);
  return [path];
}

/** The path that a source names, or `undefined` when it is a pattern. */
async function locate(source: string, { config, split }: Context): Promise<string | undefined> {
  const path = resolve(config.root, source);
  if (await exists(path)) return path;
  // Files exported by labeling services say ../train/images beside a folder train: YOLOv8 reads them so, too
  if (source.startsWith("../")) {
    const beside = resolve(config.root, source.slice(3));
    if (await exists(beside)) return beside;
  }
  if (isDynamicPattern(source)) return undefined;
  const download = config.download === undefined ? "" : ` ${neverDownloaded}`;
  throw new LookonceError(
    "NOT_FOUND",
    `${config.file}: ${split}: names "${source}", but there is no ${path}.${await nearestName(path)} Paths are relative to path:, which is relative to the file.${download}`,
  );
}

const neverDownloaded =
  "The file has a download: key, but lookonce never downloads data sets: fetch it yourself and unpack it there.";

/** Images that a pattern (`*`, `**`, `?`, `[ab]`, `{a,b}`) matches, and those in folders and lists that it matches. */
async function matchPattern(pattern: string, { config, split }: Context): Promise<string[]> {
  const matches = await glob(pattern, { cwd: config.root, absolute: true, onlyFiles: false, expandDirectories: false });
  if (matches.length === 0) {
    throw new LookonceError(
      "NOT_FOUND",
      `${config.file}: ${split}: nothing matches the pattern "${pattern}" in ${config.root}.`,
    );
  }
  const found: string[] = [];
  // Folders come with a slash at their end
  for (const path of matches.map((match) => resolve(match)).sort()) {
    if ((await stat(path)).isDirectory()) found.push(...(await listFolder(path)));
    else if (extname(path).toLowerCase() === ".txt") found.push(...(await listFile(path, config.root)));
    else if (isImage(path)) found.push(path);
  }
  return found;
}

/** Whether a path is that of a folder that is there. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
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
  const lines = (await readFile(file, "utf8"))
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trim());
  return lines
    .filter((line) => line.length > 0)
    .map((line) => (line.startsWith("./") ? resolve(dirname(file), line) : resolve(root, line)));
}
