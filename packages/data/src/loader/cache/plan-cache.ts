import { dirname, existsSync, statfsSync, statSync } from "@lookonce/files";
import type { Size } from "@lookonce/image";
import { cacheFile, type DiskCacheSettings } from "./disk-cache.ts";
import { imageBytes, layOutMemory, type MemoryLayout } from "./memory-cache.ts";

/** Free memory, as a multiple of what is asked for, below which it is not taken: training needs some too (YOLOv8 8.3). */
const memoryMargin = 1.5;

export interface CacheWish {
  kind: "auto" | "ram" | "disk" | "none";
  /** Bytes that `auto` keeps at most. */
  limit: number;
  /** Free memory in bytes. */
  freeMemory: number;
  disk: DiskCacheSettings;
}

/** What is done, and why not what was wanted. */
export interface CachePlan {
  kind: "ram" | "disk" | "none";
  need: number;
  images: number;
  /** One line for people where the wish was refused. */
  notice?: string;
  memory?: MemoryLayout;
  disk?: DiskCacheSettings;
}

/** Decides how images are kept between epochs, by the sizes at which they are kept: nothing is read or decoded. */
export function planCache(images: readonly ({ path: string } & Size)[], wish: CacheWish): CachePlan {
  const { kind, limit, freeMemory, disk } = wish;
  const need = images.reduce((sum, size) => sum + imageBytes(size), 0);
  if (kind === "none") return { kind, need, images: 0 };
  if (kind === "auto") return inMemory(images, need, Math.min(limit, freeMemory / 4));
  let lack: string;
  if (kind === "ram") {
    if (need * memoryMargin <= freeMemory) return inMemory(images, need, need);
    const wanted = `${gigabytes(need * memoryMargin)} with a margin for training`;
    lack = ` (${wanted}), ${gigabytes(freeMemory)} of memory are free`;
  } else {
    const free = freeDisk(images, disk);
    if (free >= need || free >= need - keptBytes(images, disk)) return { kind, need, images: images.length, disk };
    lack = `, ${gigabytes(free)} of disk space are free`;
  }
  const plan = planCache(images, { ...wish, kind: "auto" });
  const kept = plan.images === 0 ? "going on without" : `keeping ${plan.images} of them in memory`;
  const notice = `cache ${kind}: ${images.length} images need ${gigabytes(need)}${lack}: ${kept}.`;
  return { ...plan, notice };
}

function inMemory(images: readonly Size[], need: number, limit: number): CachePlan {
  const memory = layOutMemory(images, limit);
  const kept = memory.places.reduce((count, place) => count + (place >= 0 ? 1 : 0), 0);
  return kept === 0 ? { kind: "none", need, images: 0 } : { kind: "ram", need, images: kept, memory };
}

function gigabytes(bytes: number): string {
  return bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MB` : `${(bytes / 2 ** 30).toFixed(1)} GB`;
}

/** Free bytes where the cache's files go. */
function freeDisk(images: readonly { path: string }[], settings: DiskCacheSettings): number {
  let folder = settings.directory ?? dirname(images[0]?.path ?? ".");
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function keptBytes(images: readonly { path: string }[], settings: DiskCacheSettings): number {
  return images.reduce((sum, { path }) => {
    return sum + (statSync(cacheFile(path, settings), { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}
