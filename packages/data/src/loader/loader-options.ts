import type { Transform } from "@lookonce/augment";
import { familySettings, type LoadingRules } from "@lookonce/config";
import { LookonceError, warn } from "@lookonce/errors";
import type { ImageFit } from "@lookonce/image";
import type { Random } from "@lookonce/random";
import { availableParallelism, sharesMemory } from "@lookonce/worker-pool";
import { kindRules } from "../label-kinds.ts";
import type { LabelKind } from "../labels.ts";
import type { Sharer } from "../samplers/share-batch.ts";
import type { AugmentSettings } from "./job.ts";
import type { MaskOptions } from "./label-targets.ts";

/** Options of {@link BatchLoader}. */
export interface BatchLoaderOptions {
  /** Images in a batch. */
  batch: number;
  /** Which of several ranks this one is; it reads its share of every batch. Default: all of it. */
  sharer?: Sharer;
  /** Longer side of the images, in pixels. */
  imgsz: number;
  /** Shuffle every epoch anew, from this source of random numbers. Without it, the data set's order. */
  shuffle?: Random;
  /**
   * How likely each image is to come in an epoch, as many images as the data set has being drawn with replacement;
   * see {@link imageWeights}. Asked for at the start of every epoch; needs `shuffle`.
   */
  weights?: (epoch: number) => ArrayLike<number>;
  /**
   * Batches of images of similar shape, as in validation, in the order of their shapes: excludes `shuffle`. Augmentation
   * mixes no images then. Default `false`: square batches. Images in folders of classes are cut to squares whatever it says.
   */
  rect?: boolean;
  /** Sides of rectangular batches are multiples of it. Default 32. */
  stride?: number;
  /** Extra border of rectangular batches, in strides. Default 0.5, as in validation; trainings have 0. */
  pad?: number;
  /** Leave out a last batch that is not full. Default `false`. */
  dropLast?: boolean;
  /** Rounding of sizes and borders, and resampling. Default: YOLOv8's. */
  loading?: LoadingRules;
  /** How images that are not augmented come to their batch's size. Default: letterboxed, those of classes `center-crop`. */
  fit?: ImageFit;
  /** How outlines become masks, where labels are outlines. Default: a quarter of the batch's size, one map an image. */
  masks?: MaskOptions;
  /** How to augment, or how to in each epoch (from 0); without it images are only letterboxed. */
  augment?: AugmentSettings | ((epoch: number) => AugmentSettings);
  /**
   * Transforms of your own, applied last: the address of a module whose default export is one or a list of them, which
   * workers import too; or the functions themselves, which only `workers: 0` can use.
   */
  transforms?: URL | readonly Transform[];
  /** Where augmentation draws from; images have their own numbers by epoch and index. Default: seed 0. */
  random?: Random;
  /**
   * Threads that decode and augment; 0 does it in this one. What comes, and in which order, is the same for any number.
   * Default: one less than processor cores, at least 1, at most 8; 0 with `transforms` that are functions, and in pages that
   * are not isolated, whose threads share no memory.
   */
  workers?: number;
  /** Batches read ahead while one is in use. Default: 2 a worker, at least 2. */
  prefetch?: number;
  /**
   * Keep resized images for later epochs: all in memory (`ram`) or on disk (`disk`), where there is room; in memory those
   * that fit into `cacheBytes` (`auto`); or `none`. Default `auto`.
   */
  cache?: "auto" | "ram" | "disk" | "none";
  /** Most bytes that `auto` keeps, never more than a quarter of the free memory. Default 512 MiB. */
  cacheBytes?: number;
  /** Folder of `cache: "disk"`. Default: `.lookonce-cache` beside the images. */
  cacheDirectory?: string;
  /** Called for every batch with each image that could not be read for it. */
  onUnreadable?: (image: { path: string; reason: string }) => void;
  /** Called with one line when a cache is refused or fails. Default: a warning of the process. */
  onNotice?: (line: string) => void;
}

type Optional =
  | "sharer"
  | "shuffle"
  | "weights"
  | "augment"
  | "transforms"
  | "random"
  | "cacheDirectory"
  | "onUnreadable";

/** Options with their defaults. */
export type FullOptions = Required<Omit<BatchLoaderOptions, Optional>> & Pick<BatchLoaderOptions, Optional>;

/** Fills in defaults; options that make no sense are an `ARGUMENT` error. */
export function fullOptions(options: BatchLoaderOptions, kind: LabelKind): FullOptions {
  const { cutsImages = false } = kindRules[kind];
  const inThisThread = options.transforms !== undefined && !(options.transforms instanceof URL);
  const isAlone = inThisThread || !sharesMemory();
  const workers = options.workers ?? (isAlone ? 0 : Math.min(8, Math.max(1, availableParallelism() - 1)));
  const full: FullOptions = {
    ...{ rect: false, stride: 32, pad: 0.5, dropLast: false, cache: "auto", cacheBytes: 512 * 2 ** 20 },
    loading: familySettings.v8.loading,
    masks: { ratio: 4, overlap: true },
    fit: cutsImages ? "center-crop" : "letterbox",
    ...{ prefetch: Math.max(2, 2 * workers), onNotice: warn },
    ...options,
    workers,
    ...(cutsImages ? { rect: false } : {}),
  };
  for (const key of ["batch", "imgsz", "stride"] as const) checkInteger(key, full[key], 1);
  for (const key of ["workers", "prefetch"] as const) checkInteger(key, full[key], 0);
  for (const key of ["cacheBytes", "pad"] as const) {
    if (!(full[key] >= 0)) throw new LookonceError("ARGUMENT", `${key} must be at least 0, not ${full[key]}.`);
  }
  const fault = faultOf(full, inThisThread);
  if (fault !== undefined) throw new LookonceError("ARGUMENT", fault);
  return full;
}

function checkInteger(key: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new LookonceError("ARGUMENT", `${key} must be a whole number of at least ${least}, not ${value}.`);
}

/** Which options do not go together. */
function faultOf({ rect, shuffle, weights, workers, cache }: FullOptions, inThisThread: boolean): string | undefined {
  if (rect && shuffle !== undefined) {
    return "rect batches are sorted by shape and cannot be shuffled: drop one of the two.";
  }
  if (weights !== undefined && shuffle === undefined) {
    return "weights draw images at random: pass a Random as shuffle, too.";
  }
  if (inThisThread && workers > 0) {
    return "transforms that are functions cannot be sent to workers: move them to a module and pass its URL, or set workers: 0.";
  }
  if (workers > 0 && !sharesMemory()) {
    return "workers share memory, which needs an isolated page (its headers COOP: same-origin and COEP: require-corp): serve it so, or set workers: 0.";
  }
  const known = ["auto", "ram", "disk", "none"].includes(cache);
  return known ? undefined : `cache must be "auto", "ram", "disk" or "none", not ${JSON.stringify(cache)}.`;
}
