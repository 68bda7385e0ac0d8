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

/** A model to be used, where it comes from, and where notes go. */
export interface UsedModel {
  source: ModelSource;
  model: Pick<DetectionModel, "maxStride" | "task">;
  log: (line: string) => void;
}

/** {@link fitSide} for prediction, validation and export, by default the side that the model was trained at, as in YOLOv8 (8.3). */
export function usedSide(imgsz: number | undefined, { source, model, log }: UsedModel): number {
  return fitSide(imgsz ?? trainedSide(source), model, log);
}

/** Sides beyond it are a fault of the file: no image has more pixels. */
const longestSide = 2 ** 16;

/** The side of images, in pixels, that a model's file says it was trained at; `undefined` where it says nothing sensible. */
function trainedSide(source: ModelSource): number | undefined {
  if (source.kind !== "checkpoint") return undefined;
  const { imgsz, trainArgs = null } = source.checkpoint.metadata;
  const hasArgs = typeof trainArgs === "object" && trainArgs !== null && !Array.isArray(trainArgs);
  const side = imgsz ?? (hasArgs ? trainArgs.imgsz : undefined);
  const isSensible = typeof side === "number" && Number.isInteger(side) && side > 0 && side <= longestSide;
  return isSensible ? side : undefined;
}
