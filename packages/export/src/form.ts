import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import { imageSize } from "./image-size.ts";
import type { GraphForm } from "./tensorflow/detector-operations.ts";

/** The form in which exports of graphs take images. */
export interface FormOptions {
  /** Side of the images, or `[height, width]`, in pixels; multiples of the model's stride. Default 640. */
  imgsz?: number | readonly [height: number, width: number];
  /** Images in a batch. Default 1. */
  batch?: number;
  /** Whether any number of images can be given; `batch` is then what is checked. Default false. */
  dynamic?: boolean;
}

/**
 * Fills in defaults and checks what is given.
 *
 * @throws LookonceError `ARGUMENT` naming the option
 */
export function modelForm(model: DetectionModel, { imgsz = 640, batch = 1, dynamic = false }: FormOptions): GraphForm {
  const [height, width] = imageSize(imgsz, model.step);
  if (!Number.isInteger(batch) || batch < 1) {
    throw new LookonceError("ARGUMENT", `batch must be a whole number from 1 on, not ${batch}.`);
  }
  return { height, width, batch, dynamic };
}
