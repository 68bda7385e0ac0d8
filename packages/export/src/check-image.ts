import { letterbox } from "@lookonce/image";
import { photograph } from "#photograph";
import { floatPixels } from "./float-pixels.ts";

/** Sizes of a batch of images. */
export interface ImageBatch {
  /** Sides of the images, in pixels. */
  height: number;
  width: number;
  /** How many. Default 1. */
  batch?: number;
}

export { photographName as checkImageName } from "#photograph";

/**
 * The photograph on which exports are checked, letterboxed: [batch, 3, height, width], RGB from 0 to 1. Networks trained
 * on COCO find a cup and a table in it. In browsers it is a drawing.
 *
 * Further images of a batch are the same one mirrored left to right, then upside down, then both, so that images which
 * change places in a batch are noticed.
 */
export async function checkImage({ height, width, batch = 1 }: ImageBatch): Promise<Float32Array> {
  const { image } = letterbox(await photograph(), { size: [height, width] });
  const values = new Float32Array(batch * 3 * height * width);
  for (let i = 0; i < batch; i++) {
    values.set(floatPixels(image, { mirrored: (i & 1) === 1, upsideDown: (i & 2) === 2 }), i * 3 * height * width);
  }
  return values;
}
