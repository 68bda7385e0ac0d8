import { LookonceError } from "@lookonce/errors";
import type { DatasetConfig } from "./dataset-config.ts";
import { type DatasetEntry, type LabelKind, labelPath } from "./labels.ts";

/** What each kind of labels asks of a data set, and of those who read its images. */
interface KindRules {
  /** Whether classes are folders, and no label file is read. */
  hasClassFolders?: true;
  /** Whether the file must have `kpt_shape`. */
  needsKeypoints?: true;
  /** The form of a row, where every object must have an outline. */
  outlineForm?: string;
  /** Points that an outline gets before an edge cuts it. Default: augmentation's own. */
  outlinePoints?: number;
  /** Whether images are cut to size, not fitted into it, so that loading must not resize them. */
  cutsImages?: true;
}

export const kindRules: Record<LabelKind, KindRules> = {
  boxes: {},
  polygons: { outlineForm: "an outline of at least three points (class x1 y1 x2 y2 x3 y3 …)" },
  keypoints: { needsKeypoints: true },
  rotated: {
    outlineForm: "the four corners of an oriented box (class x1 y1 x2 y2 x3 y3 x4 y4)",
    // YOLOv8 8.3
    outlinePoints: 100,
  },
  folders: { hasClassFolders: true, cutsImages: true },
};

/**
 * The kind of a data set's labels: the one that is asked for, or what fits.
 *
 * @throws LookonceError `DATA` when the data set cannot have labels of that kind
 */
export function kindOf({ file, hasClassFolders, keypoints }: DatasetConfig, asked: LabelKind | undefined): LabelKind {
  const kind = asked ?? (hasClassFolders ? "folders" : keypoints === undefined ? "boxes" : "keypoints");
  const wanted = kindRules[kind];
  if (wanted.hasClassFolders && !hasClassFolders) {
    const what = "is a data set file, but classes are learned from a folder";
    throw new LookonceError("DATA", `${file} ${what} that has the images of each in train/<class> and val/<class>.`);
  }
  if (hasClassFolders && !wanted.hasClassFolders) {
    const what = "is a folder of classes, whose images have no labels of objects";
    throw new LookonceError("DATA", `${file} ${what}: name a data set file (.yaml), or use task=classify.`);
  }
  if (wanted.needsKeypoints && keypoints === undefined) {
    const form = "kpt_shape: [17, 3] for 17 keypoints of x, y and visibility";
    throw new LookonceError("DATA", `${file} has no kpt_shape, which says what keypoints its labels have: ${form}.`);
  }
  return kind;
}

/** @throws LookonceError `DATA` when the kind needs an outline of every object and one has none */
export function requireOutlines(kind: LabelKind, entries: readonly DatasetEntry[], where: string): void {
  const { outlineForm } = kindRules[kind];
  if (outlineForm === undefined) return;
  let [boxes, objects] = [0, 0];
  let first: DatasetEntry | undefined;
  for (const entry of entries) {
    const own = entry.polygons?.filter(({ length }) => length === 0).length ?? entry.classes.length;
    objects += entry.classes.length;
    boxes += own;
    if (own > 0) first ??= entry;
  }
  if (first === undefined) return;
  const what = `${boxes} of ${objects} objects are mere boxes, the first in ${labelPath(first.path)}`;
  throw new LookonceError(
    "DATA",
    `${where}: ${what}; every object must be ${outlineForm}. Only a detector trains on boxes.`,
  );
}
