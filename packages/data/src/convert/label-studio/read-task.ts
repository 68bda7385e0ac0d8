import { basename } from "@lookonce/files";
import type { AnnotatedImage, AnnotatedObject, AnnotatedPoint } from "../annotated-image.ts";
import { ellipseOutline } from "../ellipse-outline.ts";
import { asList, asNumber, asPoints, asTable, asText, type JsonTable } from "../json-value.ts";

/** A region of an annotation: what Label Studio calls a result, those with the same id joined. */
interface Region {
  id: string;
  parent: string;
  /** Pixels of the image; 0 where nobody says. */
  width: number;
  height: number;
  value: JsonTable;
  names: string[];
}

/**
 * Reads a task of Label Studio's JSON, or of its JSON-MIN
 * (https://labelstud.io/guide/export, https://labelstud.io/tags/rectangle). Of several annotations the last one that was not
 * skipped counts.
 */
export function readTask(task: JsonTable, where: string): AnnotatedImage {
  const isFull = Array.isArray(task.annotations) || Array.isArray(task.completions);
  const fields = isFull ? asTable(task.data) : task;
  const filename = imageOf(fields);
  const { result, others } = isFull ? lastAnnotation(task) : { result: minResults(task), others: 0 };
  const regions = joinRegions(result);
  const { width, height } = regions.find(({ width: known }) => known > 0) ?? { width: 0, height: 0 };
  const faults = Array.from({ length: others }, () => ({
    kind: "other-annotator" as const,
    reason: "a further annotation of the same image",
  }));
  return { where: `${where} (${filename})`, filename, width, height, objects: objectsOf(regions), faults };
}

/**
 * The image's name: what stands behind `?d=` of local files, or the last part of the address, without the eight digits that
 * Label Studio sets before the names of uploads.
 */
function imageOf(fields: JsonTable): string {
  const texts = Object.values(fields).filter((value): value is string => typeof value === "string");
  const address =
    asText(fields.image) || (texts.find((text) => /\.(jpe?g|png|webp|bmp|tiff?|gif|avif)\b/i.test(text)) ?? "");
  const local = /[?&]d=([^&]*)/.exec(address)?.[1];
  const path = decoded(local ?? address.replace(/[?#].*$/, ""));
  if (local !== undefined) return path;
  return /^\/?data\/upload\//.test(path.replace(/^[a-z]+:\/\/[^/]*/i, ""))
    ? basename(path).replace(/^[0-9a-f]{8}-/, "")
    : path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*\//i, "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function lastAnnotation(task: JsonTable): { result: readonly unknown[]; others: number } {
  const all = asList(task.annotations ?? task.completions).map(asTable);
  // vocabulary-allow: cancelled, the key is Label Studio's
  const used = all.filter((one) => one.was_cancelled !== true && one.skipped !== true);
  const time = (one: JsonTable): number => Date.parse(asText(one.updated_at)) || 0;
  const [last] = used.map((one, i) => ({ one, i })).sort((a, b) => time(b.one) - time(a.one) || b.i - a.i);
  return { result: asList(last?.one.result), others: Math.max(0, used.length - 1) };
}

/** JSON-MIN has regions in a list under the name of the tag that made them. */
function minResults(task: JsonTable): JsonTable[] {
  return Object.values(task).flatMap((value) =>
    asList(value)
      .map(asTable)
      .filter((region) => typeof region.original_width === "number")
      .map((region) => ({ ...region, value: region })),
  );
}

/** A shape and its label may be two results with one id. */
function joinRegions(results: readonly unknown[]): Region[] {
  const regions = new Map<string, Region>();
  for (const [i, result] of results.entries()) {
    const { id, parentID, original_width: width, original_height: height, value, type } = asTable(result);
    if (type === "choices" || type === "textarea" || type === "relation") continue;
    const key = asText(id) || `number ${i}`;
    const table = asTable(value);
    const names = Object.entries(table).flatMap(([list, words]) => (/labels$/.test(list) ? asList(words) : []));
    const region = regions.get(key);
    if (region === undefined) {
      regions.set(key, {
        id: key,
        parent: asText(parentID),
        width: asNumber(width) || 0,
        height: asNumber(height) || 0,
        value: table,
        names: names.map(asText),
      });
    } else {
      region.value = { ...table, ...region.value };
      region.names.push(...names.map(asText));
    }
  }
  return [...regions.values()];
}

/** Regions as objects; keypoints that belong to another region become its keypoints. */
function objectsOf(regions: readonly Region[]): AnnotatedObject[] {
  const byId = new Map(regions.map((region) => [region.id, region]));
  const points = new Map<string, Map<string, AnnotatedPoint>>();
  const isPart = (region: Region): boolean =>
    isPoint(region.value) && byId.has(region.parent) && region.parent !== region.id;
  for (const region of regions.filter(isPart)) {
    const [x = Number.NaN, y = Number.NaN] = toPixels([asNumber(region.value.x), asNumber(region.value.y)], region);
    const own = points.get(region.parent) ?? new Map();
    points.set(region.parent, own.set(region.names[0] ?? "", [x, y, 2]));
  }
  return regions
    .filter((region) => !isPart(region))
    .map((region) => {
      const keypoints = points.get(region.id);
      return { name: region.names[0] ?? "", ...shapeOf(region), ...(keypoints === undefined ? {} : { keypoints }) };
    });
}

function isPoint(value: JsonTable): boolean {
  return "x" in value && "y" in value && !("height" in value) && !("radiusX" in value);
}

/** Coordinates are percents of the image's sides; boxes are turned around their left upper corner. */
function shapeOf(region: Region): Omit<AnnotatedObject, "name"> {
  const { value } = region;
  const number = (key: string): number => asNumber(value[key]);
  const angle = ((asNumber(value.rotation) || 0) * Math.PI) / 180;
  if (Array.isArray(value.points)) return { outline: toPixels(asPoints(value.points), region) };
  const [x = 0, y = 0] = toPixels([number("x"), number("y")], region);
  if ("radiusX" in value) {
    const [rx = 0, ry = 0] = toPixels([number("radiusX"), number("radiusY")], region);
    return { outline: ellipseOutline([x, y], [rx, ry], angle) };
  }
  if ("rle" in value) return { fault: { kind: "shape", reason: "a brush's mask is not read; export it as polygons" } };
  if ("vertices" in value) return { fault: { kind: "shape", reason: "a line is no shape of labels" } };
  if (isPoint(value))
    return { fault: { kind: "shape", reason: "a point that belongs to no box is no shape of labels" } };
  const [width = 0, height = 0] = toPixels([number("width"), number("height")], region);
  if (angle === 0) return { box: [x, y, x + width, y + height] };
  const [ux, uy] = [width * Math.cos(angle), width * Math.sin(angle)];
  const [vx, vy] = [-height * Math.sin(angle), height * Math.cos(angle)];
  return { outline: [x, y, x + ux, y + uy, x + ux + vx, y + uy + vy, x + vx, y + vy] };
}

function toPixels(percents: readonly number[], { width, height }: Region): number[] {
  return percents.map((value, i) => (value / 100) * (i % 2 === 0 ? width : height));
}
