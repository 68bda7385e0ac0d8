import { defaultImgsz } from "@lookonce/config";
import type { DetectionModel } from "@lookonce/nn";
import type { ModelSource } from "./model-source.ts";

/** An image's side as the model accepts it: rounded up to a multiple of its stride, which `log` reports. */
export function fitSide(
  imgsz: number | undefined,
  { maxStride, task }: Pick<DetectionModel, "maxStride" | "task">,
  log: (line: string) => void,
): number {
  const wanted = imgsz ?? defaultImgsz(task);
  const side = Math.max(maxStride, Math.ceil(wanted / maxStride) * maxStride);
  if (side !== wanted) log(`imgsz ${wanted} is not a multiple of the model's stride ${maxStride}: ${side} is used`);
  return side;
}

/** Sides beyond it are a fault of the file: no image has more pixels. */
const longestSide = 2 ** 16;

/**
 * The side of images, in pixels, that a model's file says it was trained at: the default of prediction, validation and
 * export, as in YOLOv8 (8.3). `undefined` where the file says nothing, or nothing sensible.
 */
export function trainedSide(source: ModelSource): number | undefined {
  if (source.kind !== "checkpoint") return undefined;
  const { imgsz, trainArgs } = source.checkpoint.metadata;
  const side = imgsz ?? (trainArgs as { imgsz?: unknown } | undefined)?.imgsz;
  const isSensible = typeof side === "number" && Number.isInteger(side) && side > 0 && side <= longestSide;
  return isSensible ? side : undefined;
}
