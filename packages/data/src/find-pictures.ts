import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { didYouMean, LookonceError } from "@lookonce/errors";
import type { DatasetConfig } from "./dataset-config.ts";

/**
 * File names that count as pictures. Some of these formats cannot be decoded here (BMP, DNG, HEIC); they are listed all
 * the same, so that such files show up in the report and do not vanish in silence.
 */
const pictureExtensions = new Set([
  ...[".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".mpo"],
  ...[".bmp", ".dng", ".heic"],
]);

/**
 * The pictures of a split, as absolute paths: folders are searched to any depth, `.txt` lists hold a path a line.
 *
 * Sorted by path within a folder; lists keep their order; a picture named twice comes once.
 *
 * @throws LookonceError `ARGUMENT` for a split the file does not have, `NOT_FOUND` for a missing folder or list, `DATA`
 * when there is no picture
 */
export async function findPictures(config: DatasetConfig, split: string): Promise<string[]> {
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
    for (const path of await picturesOf(source, { config, split })) found.add(path);
  }
  if (found.size === 0) {
    const where = sources.map((source) => resolve(config.root, source)).join(", ");
    throw new LookonceError(
      "DATA",
      `${config.file}: ${split}: holds no pictures (looked for ${[...pictureExtensions].join(" ")} in ${where}).`,
    );
  }
  return [...found];
}

async function picturesOf(source: string, context: { config: DatasetConfig; split: string }): Promise<string[]> {
  const path = await locate(source, context);
  if ((await stat(path)).isDirectory()) return listFolder(path);
  if (extname(path).toLowerCase() === ".txt") return listFile(path, context.config.root);
  return [path];
}

async function locate(source: string, { config, split }: { config: DatasetConfig; split: string }): Promise<string> {
  const path = resolve(config.root, source);
  if (await exists(path)) return path;
  // Files exported by labelling services say ../train/images beside a folder train: YOLOv8 reads them so, too
  if (source.startsWith("../")) {
    const beside = resolve(config.root, source.slice(3));
    if (await exists(beside)) return beside;
  }
  throw new LookonceError(
    "NOT_FOUND",
    `${config.file}: ${split}: names "${source}", but there is no ${path}. Paths are relative to path:, which is relative to the file.`,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && pictureExtensions.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Lines starting with `./` are relative to the list, others to the data set's root. */
async function listFile(file: string, root: string): Promise<string[]> {
  const lines = (await readFile(file, "utf8")).split(/\r?\n/).map((line) => line.trim());
  return lines
    .filter((line) => line.length > 0)
    .map((line) => (line.startsWith("./") ? resolve(dirname(file), line) : resolve(root, line)));
}
