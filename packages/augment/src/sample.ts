import type { Image, Size } from "@lookonce/image";
import type { Random } from "@lookonce/random";

/** The objects in an image. */
export interface Objects {
  /** Rows of x1, y1, x2, y2 in the image's pixels. */
  boxes: Float32Array;
  /** The class of each box. */
  classes: Int32Array;
  /** The outline of each object, rows of x, y in the image's pixels; one of length 0 where none is known. */
  polygons?: readonly Float32Array[];
  /**
   * Points with a meaning, such as joints: rows of x, y in the image's pixels and a visibility, as many for each object.
   * Visibility 0 means that it is not known where the point is; others, 1 and 2, count alike.
   */
  keypoints?: Float32Array;
}

/** An image with its objects. */
export interface Sample extends Objects {
  image: Image;
}

/** A sample as it is loaded. */
export interface LoadedSample extends Sample {
  /** The image's size, where it has only some of its rows. */
  whole?: Size;
}

/** Where samples come from, by index. */
export interface SampleSource {
  /** How many there are. */
  readonly length: number;
  /**
   * The sample of this index, its image resized for loading: the longer side is `imgsz`. It must not be changed.
   *
   * @param rows how many of the image's rows are needed, from the top, at least 1: it may have no more. Default: all
   */
  load(index: number, rows?: number): Promise<LoadedSample>;
}

/**
 * Makes the sample to train on from the one of this index and, for mosaics and the like, from others of the source.
 * The resulting image is `imgsz × imgsz`.
 */
export type Augmentation = (source: SampleSource, index: number, rng: Random) => Promise<Sample>;
