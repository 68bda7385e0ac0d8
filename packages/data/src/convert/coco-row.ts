import { LookonceError } from "@lookonce/errors";
import { nearestPoints } from "@lookonce/geometry";
import type { Size } from "@lookonce/image";
import type { KeypointSpec } from "../labels.ts";
import { rleOutline } from "./coco-rle.ts";
import { namedKeypoints } from "./keypoint-names.ts";
import { boxRow, keypointRow, type LabelRow, polygonRow } from "./label-row.ts";

/** How an annotation becomes a row. */
interface RowOptions {
  label: number;
  image: Size;
  polygons: boolean;
  keypoints: KeypointSpec | undefined;
}

/** Why an annotation has no row. */
type RowFault = "no-box" | "no-area" | "keypoints";

/**
 * The keypoints that all categories have, with visibility, and which are exchanged in mirrored images.
 *
 * @throws LookonceError `DATA` when the categories have none, or not all the same number
 */
export function cocoKeypoints(categories: readonly { name: string; keypoints: unknown }[], file: string): KeypointSpec {
  const lists = categories.map(({ keypoints }) => (Array.isArray(keypoints) ? keypoints.map(String) : []));
  const [names = []] = lists;
  const other = lists.findIndex(({ length }) => length !== names.length || length === 0);
  if (other >= 0) {
    const what = `the category "${categories[other]?.name}" has ${lists[other]?.length} keypoints`;
    throw new LookonceError("DATA", `${file}: ${what}; all categories must have the same number, at least 1.`);
  }
  return namedKeypoints(names);
}

/** The label row, or why there is none. */
export function cocoRow(
  { bbox, segmentation, keypoints: points }: Record<string, unknown>,
  { label, image, polygons, keypoints }: RowOptions,
): LabelRow | RowFault {
  const outlines = polygons ? cocoOutline(segmentation) : [];
  if (!isBox(bbox)) return "no-box";
  const [x, y, width, height] = bbox;
  const row = boxRow(label, [x, y, x + width, y + height], image);
  if (row === undefined) return "no-area";
  if (keypoints !== undefined) return keypointRow(row, points, keypoints.shape[0], image) ?? "keypoints";
  const corners = outlines.length > 0 ? outlines : polygons ? rleOutline(segmentation, image) : undefined;
  if (corners === undefined) return row;
  const outline = polygonRow(label, corners, image);
  if (outline === undefined) return row;
  return { text: outline.text, clipped: row.clipped || outline.clipped };
}

function isBox(bbox: unknown): bbox is [number, number, number, number] {
  return Array.isArray(bbox) && bbox.length === 4 && bbox.every(Number.isFinite);
}

function isPolygon(part: unknown): part is number[] {
  return Array.isArray(part) && part.length >= 6 && part.length % 2 === 0 && part.every(Number.isFinite);
}

/** One outline of the polygons of an object as COCO has them; empty where there is none. */
export function cocoOutline(segmentation: unknown): number[] {
  const parts = Array.isArray(segmentation) ? segmentation.filter(isPolygon) : [];
  return parts.length === 0 ? [] : joinPolygons(parts);
}

/**
 * One outline for an object of several parts (an animal behind a post): each further part, a list of x, y, …, is entered
 * and left again where it comes nearest to what is joined so far.
 */
function joinPolygons(parts: readonly (readonly number[])[]): number[] {
  return parts.slice(1).reduce<number[]>(
    (joined, part) => {
      const [leave, enter] = nearestPoints(joined, part);
      const [from, to] = [2 * leave, 2 * enter];
      const around = [...part.slice(to), ...part.slice(0, to), ...part.slice(to, to + 2)];
      return [...joined.slice(0, from + 2), ...around, ...joined.slice(from)];
    },
    [...(parts[0] ?? [])],
  );
}
