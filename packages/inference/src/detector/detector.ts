import type { Image, Size } from "@lookonce/image";
import type { DetectorRecipe } from "./recipe.ts";

/** What a network said of one image, before suppression; see `nonMaxSuppression` of `@lookonce/geometry`. */
export interface RawDetections {
  data: Float32Array;
  /** `[1, anchors, channels]` in layout `NAC`, `[1, channels, anchors]` in layout `NCA`. */
  shape: number[];
  layout: "NAC" | "NCA";
  /** Where anchors were left out, the numbers of those that are there. */
  anchors?: Int32Array;
  /** Whether suppression was part of the network: then there is none again, unless somebody asks for a threshold. */
  isSuppressed?: true;
}

/** A network compiled for images of one size. */
export interface CompiledDetector {
  /**
   * Runs the network on images of exactly this size.
   *
   * @param conf anchors whose confidence does not exceed it may be left out
   * @returns what it says of each
   */
  run(images: readonly Image[], conf: number): Promise<RawDetections[]>;
}

/** A network in whatever form, ready to be compiled for the sizes of images that come. */
export interface Detector {
  /** How its boxes are written: with anchors and objectness (v5) or without (v8). */
  readonly family: "v5" | "v8";
  /** Class names by class number. */
  readonly names: readonly string[];
  /** Sides of images are multiples of this. */
  readonly stride: number;
  /** The only size that it takes; absent where it takes any. */
  readonly fixedSize?: Size | undefined;
  /** The network for images of a size, so many at once (default 1); compiled once while it is used. */
  compile(size: Size, count?: number): Promise<CompiledDetector>;
  /** What another thread needs to make the same detector; absent, or nothing, where it can only run in this one. */
  recipe?(): Promise<DetectorRecipe | undefined>;
  /** Frees what was compiled. */
  dispose(): Promise<void>;
}
