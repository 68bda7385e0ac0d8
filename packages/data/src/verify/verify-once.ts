import { createHash, machineKey, readRegular, relative, stat, writeWhole } from "@lookonce/files";
import { mapConcurrently } from "../map-concurrently.ts";
import { decodeVerified, encodeVerified, formatVersion } from "./cache-format.ts";
import type { LabelSource } from "./label-source.ts";
import { type OnProgress, type VerifiedImage, verifyImages } from "./verify-images.ts";

/** What of a data set is checked, and how. */
export interface VerifyOptions {
  /** `train`, `val` or `test`. */
  split: string;
  /** Use only the first part of the images, above 0 to 1. Default 1: all. */
  fraction?: number;
  /**
   * Keep what verification finds in a file beside the labels' folder, and use it the next time. Default `false`: nothing is
   * written. `renew` checks every file whatever was found before. `YOLO.train`, `YOLO.val` and the command line switch
   * it on.
   */
  cache?: boolean | "renew";
  /** Called with how far verification has come. */
  onProgress?: OnProgress;
  /** Called with what a person should know, a line at a time. */
  log?: (line: string) => void;
}

/** The folder that paths are relative to, and where labels are. */
interface Place {
  root: string;
  labels: LabelSource;
}

/** Verifies the first `fraction` of the images, unless a cache file has the last result, which is kept of all images only. */
export async function verifyOnce(paths: readonly string[], options: VerifyOptions & Place): Promise<VerifiedImage[]> {
  const { split, fraction = 1, cache = false, log } = options;
  const count = Math.max(1, Math.round(paths.length * fraction));
  const wanted = paths.slice(0, count);
  if (!cache) return verifyImages(wanted, options);
  // labels/train.train.lookonce-cache for the split train in labels/train
  const file = `${options.labels.keepAt}.${split}.lookonce-cache`;
  const hash = await contentHash(paths, options);
  const key = await machineKey();
  if (key === undefined) {
    log?.(`${split}: the check is not kept for the next time: there is no folder for this machine's key.`);
    return verifyImages(wanted, options);
  }
  const bytes = cache === "renew" ? undefined : await readRegular(file, { what: "cache" }).catch(() => undefined);
  const kept = bytes && decodeVerified(bytes, { hash, key, paths });
  if (kept !== undefined) return kept.slice(0, count);
  const verified = await verifyImages(wanted, options);
  if (count === paths.length) {
    await writeWhole(file, encodeVerified(verified, { hash, key }), { flush: false }).catch((error: Error) =>
      log?.(`${split}: the check cannot be kept for the next time: ${error.message}`),
    );
  }
  return verified;
}

/** Files whose state is read at once. */
const openStats = 64;

/**
 * A hash of what verification depends on: the format's version, how labels are read, and for each image, in order, its path
 * relative to `root`, and size and time of change of it and of its label file, if any.
 */
async function contentHash(paths: readonly string[], { root, labels }: Place): Promise<string> {
  const states = await mapConcurrently(paths, openStats, async (path) =>
    JSON.stringify([relative(root, path), await stateOf(path), await stateOf(labels.labelFile?.(path))]),
  );
  const hash = createHash("sha256").update(JSON.stringify([formatVersion, labels.identity]));
  for (const state of states) hash.update(`\n${state}`);
  return hash.digest("hex");
}

async function stateOf(path: string | undefined): Promise<[size: number, time: number] | null> {
  if (path === undefined) return null;
  return stat(path).then(
    ({ size, mtimeMs }) => [size, mtimeMs],
    () => null,
  );
}
