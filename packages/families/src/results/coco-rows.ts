import type { Detections } from "@lookonce/geometry";
import { type CocoDetection, type CocoDetectionsOptions, cocoDetections } from "@lookonce/metrics";
import { resultEntries } from "./result-entry.ts";

/** An image's detections as COCO's evaluation reads them, with what the task has besides boxes. */
export function cocoRows(
  path: string,
  detections: Detections,
  { entries = {}, ...options }: CocoDetectionsOptions & { entries?: Readonly<Record<string, unknown>> },
): CocoDetection[] {
  const parts = resultEntries(entries);
  return cocoDetections(path, detections, options).map((row, i) =>
    Object.assign(row, ...parts.map((part) => part.coco(i))),
  );
}
