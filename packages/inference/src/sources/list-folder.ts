import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { imageExtensions, kindOfFile } from "./file-kinds.ts";

/** Contents of a folder, in the order of names. */
export interface FolderContents {
  /** Paths of images and videos. */
  files: string[];
  /** Names of folders inside. */
  folders: string[];
}

/**
 * Images and videos of a folder. Folders inside are not searched, as YOLOv5 (7.0) and YOLOv8 (8.3) have it: `folder/**`
 * does that.
 *
 * @throws LookonceError `NOT_FOUND` when there are none, `IO` when it cannot be read
 */
export async function listFolder(folder: string): Promise<FolderContents> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: Error) => {
    throw new LookonceError("IO", `Cannot read the folder ${folder}: ${cause.message}`, { cause });
  });
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) folders.push(entry.name);
    else if (isShown(entry.name)) files.push(entry.name);
  }
  if (files.length > 0) return { files: files.sort().map((name) => join(folder, name)), folders: folders.sort() };
  const known = [...imageExtensions].join(", ");
  const hint = folders.length === 0 ? "" : ` ${searchHint(folder, folders)}`;
  throw new LookonceError("NOT_FOUND", `The folder ${folder} has no images or videos (${known}, …).${hint}`);
}

/** A sentence on folders that are not searched. */
export function searchHint(folder: string, folders: readonly string[]): string {
  const names = folders.length > 3 ? `${folders.slice(0, 3).join(", ")}, …` : folders.join(", ");
  return `Folders inside it (${names}) are searched when asked for: '${join(folder, "**")}'.`;
}

/** Whether a file is an image or a video by its name; hidden files, such as those that macOS leaves, are neither. */
function isShown(name: string): boolean {
  if (name.startsWith(".")) return false;
  const kind = kindOfFile(name);
  return kind === "image" || kind === "video";
}
