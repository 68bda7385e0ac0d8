import { boxIou } from "@lookonce/geometry";
import type { PlainBox } from "@lookonce/inference";

/** From which IoU on a detection repeats another: that of suppression by default. */
export const duplicateIou = 0.7;

/** Detections in some images, and how many of them repeat another one. */
export interface DuplicateCount {
  detections: number;
  /** Detections that overlap a likelier one of their class by more than {@link duplicateIou}: what suppression removes. */
  duplicates: number;
}

/** Counts the detections of images and their duplicates. */
export function countDuplicates(images: readonly (readonly PlainBox[])[]): DuplicateCount {
  const duplicates = images.flatMap((boxes) => {
    const sorted = boxes.toSorted((a, b) => b.confidence - a.confidence);
    return sorted.filter((box, i) => sorted.slice(0, i).some((other) => repeats(box, other)));
  });
  return { detections: images.flat().length, duplicates: duplicates.length };
}

function repeats(box: PlainBox, other: PlainBox): boolean {
  const corners = ({ x1, y1, x2, y2 }: PlainBox): number[] => [x1, y1, x2, y2];
  return box.class === other.class && boxIou(corners(box), corners(other)) > duplicateIou;
}
