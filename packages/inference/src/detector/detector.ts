import type { Picture, Size } from "@lookonce/augment";

/** What a network said of one picture, before suppression; see `nonMaxSuppression` of `@lookonce/boxes`. */
export interface RawDetections {
  data: Float32Array;
  shape: number[];
  layout: "NAC" | "NCA";
}

/** A network compiled for pictures of one size. */
export interface CompiledDetector {
  /** Runs the network on a picture of exactly this size. */
  run(picture: Picture): Promise<RawDetections>;
}

/** A network in whatever form, ready to be compiled for the sizes of pictures that come. */
export interface Detector {
  /** How its boxes are written: with anchors and objectness (v5) or without (v8). */
  readonly family: "v5" | "v8";
  /** Class names by class number. */
  readonly names: readonly string[];
  /** Sides of pictures are multiples of this. */
  readonly stride: number;
  /** The only size that it takes; absent where it takes any. */
  readonly fixedSize?: Size | undefined;
  /** The network for pictures of a size; compiled once while it is used. */
  compile(size: Size): Promise<CompiledDetector>;
  /** Frees what was compiled. */
  dispose(): Promise<void>;
}
