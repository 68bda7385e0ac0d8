import { type LetterboxGeometry, type LetterboxOptions, letterbox } from "./letterbox.ts";
import type { Picture } from "./picture.ts";

/** A picture with its objects. */
export interface Sample {
  picture: Picture;
  /** Rows of x1, y1, x2, y2 in the picture's pixels. */
  boxes: Float32Array;
  /** The class of each box. */
  classes: Int32Array;
}

/**
 * Letterboxes a sample: its boxes move with the picture; none is dropped.
 *
 * @throws LookonceError `ARGUMENT` as `letterboxGeometry`
 */
export function letterboxSample(sample: Sample, options: LetterboxOptions): { sample: Sample } & LetterboxGeometry {
  const { picture, ...geometry } = letterbox(sample.picture, options);
  const { ratio, padding } = geometry;
  const boxes = sample.boxes.map((value, i) => value * (ratio[i % 2] as number) + (padding[i % 2] as number));
  return { sample: { picture, boxes, classes: sample.classes }, ...geometry };
}
