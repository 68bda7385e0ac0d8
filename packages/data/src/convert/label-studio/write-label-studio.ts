import { basename, writeWhole } from "@lookonce/files";
import type { Dataset } from "../../dataset.ts";
import type { DatasetEntry } from "../../labels.ts";
import { keypointNames, type PixelObject, pixelObjects } from "../pixel-objects.ts";
import { type WrittenAnnotations, written } from "../written-annotations.ts";

/** Options of {@link writeLabelStudio}. */
export interface WriteLabelStudioOptions {
  /** What stands before the images' names. Default: local files of the folder `images`, as Label Studio serves them. */
  imageRoot?: string;
}

/**
 * Writes the labels of a split as tasks of Label Studio (https://labelstud.io/guide/tasks), a JSON file to import: boxes, rotated
 * boxes, outlines, and keypoints with their box as parent. That a keypoint is hidden is left out.
 *
 * @throws LookonceError `IO` when the file cannot be written
 */
export async function writeLabelStudio(
  dataset: Dataset,
  file: string,
  { imageRoot = "/data/local-files/?d=images/" }: WriteLabelStudioOptions = {},
): Promise<WrittenAnnotations> {
  const points = keypointNames(dataset);
  const lost = { visibility: 0 };
  const tasks = dataset.entries.map((entry, i) => {
    const objects = pixelObjects(entry, dataset);
    const isHidden = ({ keypoints = [] }: PixelObject): boolean =>
      keypoints.some(([, , visibility]) => visibility === 1);
    lost.visibility += objects.filter(isHidden).length;
    const result = objects.flatMap((object, k) => regionsOf(object, { id: `object${k + 1}`, entry, points }));
    const image = `${imageRoot}${encodeURIComponent(basename(entry.path))}`;
    return { id: i + 1, data: { image }, annotations: [{ result }] };
  });
  const encoder = new TextEncoder();
  const pieces = tasks.map((task, i) => encoder.encode(`${i === 0 ? "" : ",\n"}${JSON.stringify(task)}`));
  await writeWhole(file, [encoder.encode("["), ...pieces, encoder.encode("]\n")]);
  return written(dataset, file, lost);
}

interface RegionContext {
  id: string;
  entry: DatasetEntry;
  points: readonly string[];
}

function regionsOf(
  { name, box, outline, rotated, keypoints }: PixelObject,
  { id, entry, points }: RegionContext,
): object[] {
  const { width, height } = entry;
  const [across, down] = [(x: number): number => percent(x / width), (y: number): number => percent(y / height)];
  const common = {
    from_name: "label",
    to_name: "image",
    original_width: width,
    original_height: height,
    image_rotation: 0,
  };
  if (outline !== undefined && rotated === undefined) {
    const pairs = outline.flatMap((x, i) => (i % 2 === 0 ? [[across(x), down(outline[i + 1] ?? 0)]] : []));
    const value = { points: pairs, closed: true, polygonlabels: [name] };
    return [{ ...common, id, type: "polygonlabels", value }];
  }
  const [left, top, right, bottom] = box;
  const place = rotated === undefined ? [left, top, right - left, bottom - top, 0] : turnedPlace(rotated);
  const [x = 0, y = 0, w = 0, h = 0, rotation = 0] = place;
  const sides = { x: across(x), y: down(y), width: across(w), height: down(h), rotation };
  const region = { ...common, id, type: "rectanglelabels", value: { ...sides, rectanglelabels: [name] } };
  const parts = (keypoints ?? []).flatMap(([px, py, visibility], i) => {
    if (visibility === 0) return [];
    const value = { x: across(px), y: down(py), width: 0.3, keypointlabels: [points[i] ?? ""] };
    return [{ ...common, from_name: "keypoint", id: `${id}-${i + 1}`, parentID: id, type: "keypointlabels", value }];
  });
  return [region, ...parts];
}

/** Label Studio turns boxes around their left upper corner, clockwise by degrees from 0 to 360. */
function turnedPlace({ x, y, width, height, degrees }: NonNullable<PixelObject["rotated"]>): number[] {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const left = x - (width / 2) * cos + (height / 2) * sin;
  const top = y - (width / 2) * sin - (height / 2) * cos;
  return [left, top, width, height, degrees < 0 ? degrees + 360 : degrees];
}

function percent(share: number): number {
  return Number((share * 100).toFixed(6));
}
