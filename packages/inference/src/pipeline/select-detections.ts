import { type Detections, nonMaxSuppression, scaleBoxes } from "@lookonce/geometry";
import type { Image, LetterboxGeometry } from "@lookonce/image";
import type { RawDetections } from "../detector/detector.ts";
import type { SettledDetectOptions } from "./detect-options.ts";

/** The confidence that detections must exceed where nothing else is said. */
export const defaultConfidence = 0.25;

/** Where a network's predictions come from and lead to. */
export interface SelectionPlace {
  family: "v5" | "v8";
  /** Boxes are moved to this image. */
  image: Pick<Image, "width" | "height">;
  /** From this canvas. */
  boxed: LetterboxGeometry;
}

/** What remains of a network's predictions after suppression, in pixels of the original image. */
export function selectDetections(
  raw: RawDetections,
  { conf, iou, classes, agnosticNms, maxDet }: SettledDetectOptions,
  { family, image, boxed }: SelectionPlace,
): Detections {
  const { isSuppressed = false, ...prediction } = raw;
  const [found] = nonMaxSuppression(
    { ...prediction, family },
    {
      conf: conf ?? defaultConfidence,
      // No IoU exceeds 1.
      iou: iou ?? (isSuppressed ? 1 : family === "v8" ? 0.7 : 0.45),
      agnostic: agnosticNms ?? false,
      maxDet: maxDet ?? 300,
      ...(classes === undefined ? {} : { classes }),
    },
  ) as [Detections];
  // The families' references differ by up to half a pixel here.
  const padding = family === "v8" ? boxed.padding : boxed.exactPadding;
  return {
    ...found,
    boxes: scaleBoxes(found.boxes, { ratio: boxed.ratio, padding }, image),
  };
}
