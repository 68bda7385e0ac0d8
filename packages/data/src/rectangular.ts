import type { Size } from "@lookonce/image";

/** Options of {@link rectangularBatches}. */
export interface RectangularOptions {
  /** Images in a batch. */
  batch: number;
  /** Longer side of the images, in pixels. */
  imgsz: number;
  /** Batches' sides are multiples of it. Default 32. */
  stride?: number;
  /** Extra border in strides. Default 0.5, as in the validation of YOLOv5 and YOLOv8. */
  pad?: number;
}

/** Images by index, and the canvas they share. */
export interface BatchPlan {
  indices: number[];
  /** How often each of the images came earlier in the epoch, where any comes more than once. */
  repeats?: number[];
  height: number;
  width: number;
}

/**
 * Groups images of like shape, so that little of a batch is border.
 *
 * Images are sorted by height / width and cut into batches. A batch's canvas has its longer side from `imgsz`, its
 * shorter one from the batch's least oblong image, each `ceil(side / stride + pad) · stride` (YOLOv5 6.1 and 7.0,
 * YOLOv8 8.3). Images of equal ratio keep their order.
 */
export function rectangularBatches(sizes: readonly Size[], options: RectangularOptions): BatchPlan[] {
  const { batch, imgsz, stride = 32, pad = 0.5 } = options;
  const order = sizes.map(({ width, height }, index) => ({ index, aspect: height / width }));
  order.sort((a, b) => a.aspect - b.aspect);
  const side = (share: number): number => Math.ceil((share * imgsz) / stride + pad) * stride;
  const plans: BatchPlan[] = [];
  for (let start = 0; start < order.length; start += batch) {
    const images = order.slice(start, start + batch);
    const indices = images.map(({ index }) => index);
    const aspects = images.map(({ aspect }) => aspect);
    const [lowest, highest] = [Math.min(...aspects), Math.max(...aspects)];
    plans.push({ indices, height: side(Math.min(highest, 1)), width: side(lowest > 1 ? 1 / lowest : 1) });
  }
  return plans;
}
