import { cachePath, contentHash, readCache, writeCache } from "./verification-cache.ts";
import { type OnProgress, type VerifiedPicture, verifyPictures } from "./verify-pictures.ts";

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
 * Verifies the first `fraction` of the pictures, unless a cache file tells what came out the last time.
 *
 * Only what was found out about all pictures is kept.
 */
export async function verifyOnce(paths: readonly string[], options: VerifyOptions): Promise<VerifiedPicture[]> {
  const { split, root, classCount, fraction = 1, cache = false, onProgress, log } = options;
  const count = Math.max(1, Math.round(paths.length * fraction));
  const wanted = paths.slice(0, count);
  if (!cache) return verifyPictures(wanted, { classCount, onProgress });
  const file = cachePath(paths, split);
  const hash = await contentHash(paths, { root, classCount });
  const kept = cache === "renew" ? undefined : await readCache(file, { hash, paths });
  if (kept !== undefined) return kept.slice(0, count);
  const verified = await verifyPictures(wanted, { classCount, onProgress });
  if (count === paths.length) {
    const failure = await writeCache(file, { hash, verified });
    if (failure !== undefined) log?.(`${split}: the check cannot be kept for the next time: ${failure}`);
  }
  return verified;
}
