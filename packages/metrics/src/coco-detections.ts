import type { Detections } from "@lookonce/geometry";

/** One detection in the form in which COCO's evaluation reads results. */
export interface CocoDetection {
  /** The image: its file's name without ending, as a number where it is one. */
  image_id: number | string;
  category_id: number;
  /** Left, top, width, height in pixels, to a thousandth. */
  bbox: [x: number, y: number, width: number, height: number];
  /** To five decimals. */
  score: number;
}

/** The numbers from 1 to 90 that COCO's annotations do not use. */
const unusedCategories = [12, 26, 29, 30, 45, 66, 68, 69, 71, 83];

/** The category number in COCO's annotations (1 to 90) of each of its 80 classes. */
export const cocoCategories: readonly number[] = Array.from({ length: 90 }, (_, i) => i + 1).filter(
  (category) => !unusedCategories.includes(category),
);

/** Options of {@link cocoDetections}. */
export interface CocoDetectionsOptions {
  /** The category number of each class, such as {@link cocoCategories}. Default: the class number. */
  categories?: readonly number[];
}

/**
 * An image's detections as COCO's evaluation reads them.
 *
 * @param path the image's file, of which the name counts
 * @param found boxes in the file's pixels
 */
export function cocoDetections(
  path: string,
  { boxes, scores, classes }: Detections,
  { categories }: CocoDetectionsOptions = {},
): CocoDetection[] {
  const id = imageId(path);
  return Array.from({ length: classes.length }, (_, i) => {
    const [left = 0, top = 0, right = 0, bottom = 0] = boxes.subarray(4 * i, 4 * i + 4);
    const label = classes[i] as number;
    const sides = [left, top, right - left, bottom - top] as const;
    return {
      image_id: id,
      category_id: categories?.[label] ?? label,
      bbox: sides.map((side) => rounded(side, 3)) as CocoDetection["bbox"],
      score: rounded(scores[i] as number, 5),
    };
  });
}

/** The name without folder and ending; as a number where that loses none of its digits but leading zeros. */
function imageId(path: string): number | string {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const stem = name.replace(/(?<=.)\.[^.]*$/, "");
  return /^\d+$/.test(stem) && Number.isSafeInteger(Number(stem)) ? Number(stem) : stem;
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
