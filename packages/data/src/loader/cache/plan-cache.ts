import { existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Size } from "@lookonce/augment";
import { cacheFile, type DiskCacheSettings } from "./disk-cache.ts";
import { layOutMemory, type MemoryLayout, pictureBytes } from "./memory-cache.ts";

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
  /** Bytes that all pictures need. */
  need: number;
  /** Pictures that are kept. */
  pictures: number;
  /** One line for people where the wish was refused. */
  notice?: string;
  memory?: MemoryLayout;
  disk?: DiskCacheSettings;
}

/**
 * Decides how pictures are kept between epochs. Nothing is read or decoded: the sizes say what each picture needs.
 *
 * @param pictures paths and the sizes at which pictures are kept
 */
export function planCache(pictures: readonly ({ path: string } & Size)[], wish: CacheWish): CachePlan {
  const need = pictures.reduce((sum, size) => sum + pictureBytes(size), 0);
  if (wish.kind === "none") return { kind: "none", need, pictures: 0 };
  if (wish.kind === "ram" && need * memoryMargin <= wish.freeMemory) return inMemory(pictures, need, need);
  if (wish.kind === "disk") {
    const free = freeDisk(pictures, wish.disk);
    if (free >= need || free >= need - keptBytes(pictures, wish.disk)) {
      return { kind: "disk", need, pictures: pictures.length, disk: wish.disk };
    }
    return refused(pictures, wish, { need, free: `${gigabytes(free)} of disk space are free` });
  }
  if (wish.kind === "auto") return inMemory(pictures, need, Math.min(wish.limit, wish.freeMemory / 4));
  const wanted = `${gigabytes(need * memoryMargin)} with a margin for training`;
  return refused(pictures, wish, { need, free: `(${wanted}), ${gigabytes(wish.freeMemory)} of memory are free` });
}

function inMemory(pictures: readonly Size[], need: number, limit: number): CachePlan {
  const memory = layOutMemory(pictures, limit);
  const kept = memory.places.reduce((count, place) => count + (place >= 0 ? 1 : 0), 0);
  return kept === 0 ? { kind: "none", need, pictures: 0 } : { kind: "ram", need, pictures: kept, memory };
}

function refused(
  pictures: readonly ({ path: string } & Size)[],
  wish: CacheWish,
  { need, free }: { need: number; free: string },
): CachePlan {
  const plan = planCache(pictures, { ...wish, kind: "auto" });
  const wanted = `${pictures.length} pictures need ${gigabytes(need)}`;
  const kept = plan.pictures === 0 ? "going on without" : `keeping ${plan.pictures} of them in memory`;
  return { ...plan, notice: `cache ${wish.kind}: ${wanted}${free.startsWith("(") ? " " : ", "}${free}: ${kept}.` };
}

function gigabytes(bytes: number): string {
  const unit = bytes < 2 ** 30 ? "MB" : "GB";
  return `${(bytes / (unit === "MB" ? 2 ** 20 : 2 ** 30)).toFixed(1)} ${unit}`;
}

/** Free bytes where the cache's files go. */
function freeDisk(pictures: readonly { path: string }[], settings: DiskCacheSettings): number {
  let folder = settings.directory ?? dirname(pictures[0]?.path ?? ".");
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function keptBytes(pictures: readonly { path: string }[], settings: DiskCacheSettings): number {
  return pictures.reduce((sum, { path }) => {
    return sum + (statSync(cacheFile(path, settings), { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}
