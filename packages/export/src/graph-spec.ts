import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";

/** Images that a graph accepts. */
export interface GraphSpec {
  height: number;
  width: number;
  /** Images in a batch; with `dynamic` any number can be given. */
  batch: number;
  dynamic: boolean;
}

/** Options of exported graphs for their images. */
export interface GraphOptions {
  /** Side of the images, or `[height, width]`, in pixels; multiples of the model's stride. Default 640. */
  imgsz?: number | readonly [height: number, width: number];
  /** Images in a batch. Default 1. */
  batch?: number;
  /** Whether the graph accepts any number of images; it is checked with `batch` and one more. Default false. */
  dynamic?: boolean;
}

/**
 * Fills in defaults and checks what is given.
 *
 * @throws LookonceError `ARGUMENT` naming the option
 */
export function graphSpec(model: DetectionModel, { imgsz = 640, batch = 1, dynamic = false }: GraphOptions): GraphSpec {
  const [height, width] = imageSize(imgsz, model.maxStride);
  if (!Number.isInteger(batch) || batch < 1) {
    throw new LookonceError("ARGUMENT", `batch must be a whole number from 1 on, not ${batch}.`);
  }
  return { height, width, batch, dynamic };
}

/**
 * The height and width that an image size stands for.
 *
 * @throws LookonceError `ARGUMENT` for a size that is no multiple of the stride
 */
export function imageSize(
  imgsz: number | readonly [height: number, width: number],
  stride: number,
): readonly [height: number, width: number] {
  const sides = typeof imgsz === "number" ? ([imgsz, imgsz] as const) : imgsz;
  if (sides.every((side) => Number.isInteger(side) && side > 0 && side % stride === 0)) return sides;
  throw new LookonceError(
    "ARGUMENT",
    `imgsz must be one or two multiples of the model's stride ${stride}, not ${JSON.stringify(imgsz)}.`,
  );
}
