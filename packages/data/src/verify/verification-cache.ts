import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { writeWhole } from "@lookonce/files";
import { labelPath } from "../labels.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import { decodeVerified, encodeVerified, formatVersion } from "./cache-format.ts";
import type { VerifiedImage } from "./verify-images.ts";

/** Stats under way at once. */
const openStats = 64;

/**
 * Where what was found out about a split is kept: beside the folder of its first image's labels, such as
 * `labels/train.train.lookonce-cache` for the split `train` in `labels/train`.
 */
export function cachePath(paths: readonly string[], split: string): string {
  return `${dirname(labelPath(paths[0] as string))}.${split}.lookonce-cache`;
}

/**
 * A hash of everything that verification depends on: the format's version, the number of classes, and for each image,
 * in order, its path relative to `root`, its size and time of change, and those of its label file or that there is none.
 *
 * What changes neither size nor time of change goes unnoticed.
 */
export async function contentHash(
  paths: readonly string[],
  { root, classCount }: { root: string; classCount: number },
): Promise<string> {
  const states = await mapConcurrently(paths, openStats, async (path) =>
    JSON.stringify([relative(root, path), await stateOf(path), await stateOf(labelPath(path))]),
  );
  const hash = createHash("sha256").update(JSON.stringify([formatVersion, classCount]));
  for (const state of states) hash.update(`\n${state}`);
  return hash.digest("hex");
}

async function stateOf(path: string): Promise<[size: number, time: number] | null> {
  return stat(path).then(
    ({ size, mtimeMs }) => [size, mtimeMs],
    () => null,
  );
}

/** What was kept under this hash, or `undefined` when there is nothing, it is of other files, or damaged. */
export async function readCache(
  file: string,
  { hash, paths }: { hash: string; paths: readonly string[] },
): Promise<VerifiedImage[] | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes === undefined ? undefined : decodeVerified(bytes, { hash, paths });
}

/**
 * Keeps what was found out: written beside its place and renamed, so that it never stands half written.
 *
 * @returns why it could not be kept, or `undefined`
 */
export async function writeCache(
  file: string,
  { hash, verified }: { hash: string; verified: readonly VerifiedImage[] },
): Promise<string | undefined> {
  try {
    await writeWhole(file, encodeVerified(verified, hash), { flush: false });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
