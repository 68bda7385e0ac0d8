import { cachePath, contentHash, readCache, writeCache } from "./verification-cache.ts";
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
