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

/** First and last of each run of category numbers that COCO's annotations use; ten numbers of 1 to 90 are unused. */
const usedCategories: readonly (readonly [first: number, last: number])[] = [
  [1, 11],
  [13, 25],
  [27, 28],
  [31, 44],
  [46, 65],
  [67, 67],
  [70, 70],
  [72, 82],
  [84, 90],
];

/** The category number in COCO's annotations (1 to 90) of each of its 80 classes. */
export const cocoCategories: readonly number[] = usedCategories.flatMap(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i),
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
    const corner = (k: number): number => boxes[i * 4 + k] as number;
    const label = classes[i] as number;
    return {
      image_id: id,
      category_id: categories?.[label] ?? label,
      bbox: [
        rounded(corner(0), 3),
        rounded(corner(1), 3),
        rounded(corner(2) - corner(0), 3),
        rounded(corner(3) - corner(1), 3),
      ],
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
