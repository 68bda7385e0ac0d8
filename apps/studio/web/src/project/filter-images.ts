import { checkImage } from "./check-labels.ts";
import { type ImageEntry, isLabeled, type Project } from "./project.ts";

/** Which images are shown: all, with labels, without, or with proposals or findings that a person should check. */
export const filters = ["all", "unlabeled", "labeled", "to-check"] as const;
export type Filter = (typeof filters)[number];

export const filterTitles: Record<Filter, string> = {
  all: "All",
  unlabeled: "Unlabeled",
  labeled: "Labeled",
  "to-check": "To check",
};

export function passes(image: ImageEntry, filter: Filter): boolean {
  if (filter === "labeled") return isLabeled(image);
  if (filter === "unlabeled") return !isLabeled(image);
  if (filter === "to-check") return image.proposals.length > 0 || checkImage(image, String).length > 0;
  return true;
}

/** How many images pass each filter. */
export function filterCounts({ images }: Project): Record<Filter, number> {
  const count = (filter: Filter): number => images.filter((image) => passes(image, filter)).length;
  return {
    all: images.length,
    unlabeled: count("unlabeled"),
    labeled: count("labeled"),
    "to-check": count("to-check"),
  };
}
