import { LookonceError } from "@lookonce/errors";
import { join, readdir } from "@lookonce/files";
import { imageExtensions, isShown } from "./file-kinds.ts";

/**
 * Paths of a folder's images and videos, and names of the folders inside, in the order of names. Those are not searched, as
 * YOLOv5 (7.0) and YOLOv8 (8.3) have it: `folder/**` does that.
 */
export async function listFolder(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: Error) => {
    throw new LookonceError("IO", `Cannot read the folder ${folder}: ${cause.message}`, { cause });
  });
  const namesOf = (isFolder: boolean): string[] =>
    entries
      .filter((entry) => entry.isDirectory() === isFolder)
      .map(({ name }) => name)
      .sort();
  const folders = namesOf(true);
  // Hidden files, such as those that macOS leaves, are no images
  const files = namesOf(false).filter((name) => !name.startsWith(".") && isShown(name));
  if (files.length > 0) return { files: files.map((name) => join(folder, name)), folders };
  const known = [...imageExtensions].join(", ");
  const hint = folders.length === 0 ? "" : ` ${searchHint(folder, folders)}`;
  throw new LookonceError("NOT_FOUND", `The folder ${folder} has no images or videos (${known}, …).${hint}`);
}

/** A sentence on folders that are not searched. */
export function searchHint(folder: string, folders: readonly string[]): string {
  const names = folders.length > 3 ? `${folders.slice(0, 3).join(", ")}, …` : folders.join(", ");
  return `Folders inside it (${names}) are searched when asked for: '${join(folder, "**")}'.`;
}
