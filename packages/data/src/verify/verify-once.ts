import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { writeWhole } from "@lookonce/files";
import { labelPath } from "../labels.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import { decodeVerified, encodeVerified, formatVersion } from "./cache-format.ts";
import { type OnProgress, type VerifiedImage, verifyImages } from "./verify-images.ts";

/** Options of {@link verifyOnce}; see `DatasetOptions`. */
export interface VerifyOptions {
  split: string;
  /** The data set's folder. */
  root: string;
  classCount: number;
  fraction?: number;
  cache?: boolean | "renew";
  onProgress?: OnProgress;
  log?: (line: string) => void;
}

/**
 * Verifies the first `fraction` of the images, unless a cache file has the last result.
 *
 * Only what was found out about all images is kept.
 */
export async function verifyOnce(paths: readonly string[], options: VerifyOptions): Promise<VerifiedImage[]> {
  const { split, root, classCount, fraction = 1, cache = false, onProgress, log } = options;
  const count = Math.max(1, Math.round(paths.length * fraction));
  const wanted = paths.slice(0, count);
  if (!cache) return verifyImages(wanted, { classCount, onProgress });
  const file = cachePath(paths, split);
  const hash = await contentHash(paths, { root, classCount });
  const kept = cache === "renew" ? undefined : await readCache(file, { hash, paths });
  if (kept !== undefined) return kept.slice(0, count);
  const verified = await verifyImages(wanted, { classCount, onProgress });
  if (count === paths.length) {
    const failure = await writeCache(file, { hash, verified });
    if (failure !== undefined) log?.(`${split}: the check cannot be kept for the next time: ${failure}`);
  }
  return verified;
}

/** Files whose state is read at once. */
const openStats = 64;

/**
 * Where what was found out about a split is kept: beside the folder of its first image's labels, such as
 * `labels/train.train.lookonce-cache` for the split `train` in `labels/train`.
 */
function cachePath(paths: readonly string[], split: string): string {
  const [first = ""] = paths;
  return `${dirname(labelPath(first))}.${split}.lookonce-cache`;
}

/**
 * A hash of everything that verification depends on: the format's version, the number of classes, and for each image,
 * in order, its path relative to `root`, its size and time of change, and those of its label file or that there is none.
 *
 * What changes neither size nor time of change goes unnoticed.
 */
async function contentHash(
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
async function readCache(
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
async function writeCache(
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
