import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import type { PictureSource, Source } from "./source.ts";

/** The pictures of a source, in order. */
export interface FoundPictures {
  pictures: readonly PictureSource[];
  /** Whether the source is a single picture, whose faults are not to be skipped. */
  single: boolean;
}

const pictureExtensions: ReadonlySet<string> = new Set([
  ".avif",
  ".bmp",
  ".gif",
  ".jpeg",
  ".jpg",
  ".png",
  ".tif",
  ".tiff",
  ".webp",
]);

/**
 * Finds the pictures of a source.
 *
 * @throws LookonceError `NOT_FOUND` for a path that leads nowhere, a folder without pictures or a pattern that nothing
 *   matches
 */
export async function findPictures(source: Source): Promise<FoundPictures> {
  if (Array.isArray(source)) return { pictures: source, single: false };
  if (typeof source !== "string") return { pictures: [source as PictureSource], single: true };
  const kind = await kindOf(source);
  if (kind === "file") return { pictures: [source], single: true };
  if (kind === "folder") return { pictures: await picturesIn(source), single: false };
  if (/[*?]/.test(basename(source))) return { pictures: await matching(source), single: false };
  throw new LookonceError("NOT_FOUND", `There is no picture or folder ${source}: check the path.`);
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new LookonceError("IO", `Cannot read ${path}: ${message}`, { cause });
  }
}

async function picturesIn(folder: string): Promise<string[]> {
  const pictures = (await filesIn(folder)).filter((name) => pictureExtensions.has(extname(name).toLowerCase()));
  if (pictures.length > 0) return pictures.map((name) => join(folder, name));
  const known = [...pictureExtensions].join(", ");
  throw new LookonceError("NOT_FOUND", `The folder ${folder} holds no pictures (${known}).`);
}

async function matching(pattern: string): Promise<string[]> {
  const folder = dirname(pattern);
  if ((await kindOf(folder)) !== "folder") {
    throw new LookonceError(
      "NOT_FOUND",
      `There is no folder ${folder} for ${pattern}; only file names may hold * and ?.`,
    );
  }
  const wanted = wildcard(basename(pattern));
  const found = (await filesIn(folder)).filter((name) => wanted.test(name));
  if (found.length > 0) return found.map((name) => join(folder, name));
  throw new LookonceError("NOT_FOUND", `No file in ${folder} matches ${basename(pattern)}.`);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
}
