import { existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Size } from "@lookonce/image";
import { cacheFile, type DiskCacheSettings } from "./disk-cache.ts";
import { imageBytes, layOutMemory, type MemoryLayout } from "./memory-cache.ts";

/** Free memory, as a multiple of what is asked for, below which it is not taken: training needs some too (YOLOv8 8.3). */
const memoryMargin = 1.5;

/** What is wanted. */
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
  /** Bytes that all images need. */
  need: number;
  /** Images that are kept. */
  images: number;
  /** One line for people where the wish was refused. */
  notice?: string;
  memory?: MemoryLayout;
  disk?: DiskCacheSettings;
}

/**
 * Decides how images are kept between epochs. Nothing is read or decoded: the sizes say what each image needs.
 *
 * @param images paths and the sizes at which images are kept
 */
export function planCache(images: readonly ({ path: string } & Size)[], wish: CacheWish): CachePlan {
  const need = images.reduce((sum, size) => sum + imageBytes(size), 0);
  if (wish.kind === "none") return { kind: "none", need, images: 0 };
  if (wish.kind === "ram" && need * memoryMargin <= wish.freeMemory) return inMemory(images, need, need);
  if (wish.kind === "disk") {
    const free = freeDisk(images, wish.disk);
    if (free >= need || free >= need - keptBytes(images, wish.disk)) {
      return { kind: "disk", need, images: images.length, disk: wish.disk };
    }
    return refused(images, wish, { need, free: `${gigabytes(free)} of disk space are free` });
  }
  if (wish.kind === "auto") return inMemory(images, need, Math.min(wish.limit, wish.freeMemory / 4));
  const wanted = `${gigabytes(need * memoryMargin)} with a margin for training`;
  return refused(images, wish, { need, free: `(${wanted}), ${gigabytes(wish.freeMemory)} of memory are free` });
}

function inMemory(images: readonly Size[], need: number, limit: number): CachePlan {
  const memory = layOutMemory(images, limit);
  const kept = memory.places.reduce((count, place) => count + (place >= 0 ? 1 : 0), 0);
  return kept === 0 ? { kind: "none", need, images: 0 } : { kind: "ram", need, images: kept, memory };
}

function refused(
  images: readonly ({ path: string } & Size)[],
  wish: CacheWish,
  { need, free }: { need: number; free: string },
): CachePlan {
  const plan = planCache(images, { ...wish, kind: "auto" });
  const wanted = `${images.length} images need ${gigabytes(need)}`;
  const kept = plan.images === 0 ? "going on without" : `keeping ${plan.images} of them in memory`;
  return { ...plan, notice: `cache ${wish.kind}: ${wanted}${free.startsWith("(") ? " " : ", "}${free}: ${kept}.` };
}

function gigabytes(bytes: number): string {
  const unit = bytes < 2 ** 30 ? "MB" : "GB";
  return `${(bytes / (unit === "MB" ? 2 ** 20 : 2 ** 30)).toFixed(1)} ${unit}`;
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
