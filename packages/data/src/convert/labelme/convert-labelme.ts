import { parseJsonValue } from "@lookonce/documents";
import { textOf } from "@lookonce/files";
import { maskPolygon, pointBounds } from "@lookonce/geometry";
import { readImage } from "@lookonce/image";
import type { AnnotatedObject, AnnotatedPoint } from "../annotated-image.ts";
import type { ConversionResult } from "../conversion-result.ts";
import { type ConvertShapesOptions, rowKindOf } from "../convert-annotations.ts";
import { type ConvertFilesOptions, convertFiles, type FileAnnotation } from "../convert-files.ts";
import { ellipseOutline } from "../ellipse-outline.ts";
import { asNumber, asPoints, asTable, asText, type JsonTable } from "../json-value.ts";
import { outlineOf } from "../mask-outline.ts";

/** Options of {@link convertLabelMe}: `annotations` is the folder of JSON files; `images` is by default the same. */
export interface ConvertLabelMeOptions extends ConvertFilesOptions, ConvertShapesOptions {
  annotations: string;
}

/** A file may contain its image as text, and masks. */
const limits = { characters: 64_000_000, values: 1_000_000, depth: 32 };

/**
 * Makes a YOLO data set of LabelMe's JSON files (https://github.com/wkentaro/labelme), a file at a time.
 *
 * Points belong to the box, outline or mask of the same group (`group_id`) and are its keypoints. Circles are outlines of 36 points. Lines,
 * and points without such an object, are left out.
 *
 * @throws LookonceError `NOT_FOUND`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export async function convertLabelMe(options: ConvertLabelMeOptions): Promise<ConversionResult> {
  const { annotations, saveImages } = options;
  const images = saveImages === "none" ? {} : { images: annotations };
  return convertFiles(
    { ...images, ...options },
    { what: "JSON file", ending: ".json", kind: rowKindOf(options), read: readLabelMe },
  );
}

/** What a LabelMe file says. */
export async function readLabelMe(bytes: Uint8Array): Promise<FileAnnotation> {
  const { shapes, imagePath, imageWidth, imageHeight } = asTable(
    parseJsonValue(textOf(bytes).replace(/^\uFEFF/, ""), { name: "the file", limits }),
  );
  if (!Array.isArray(shapes)) throw new Error('it has no list "shapes"');
  const all = shapes.map(asTable);
  const points = pointsByGroup(all);
  const objects: AnnotatedObject[] = [];
  const owners = new Set<string>();
  for (const shape of all) {
    const group = asText(shape.group_id);
    if (isPart(shape, points)) continue;
    const keypoints = owners.has(group) ? undefined : points.get(group)?.points;
    if (keypoints !== undefined) owners.add(group);
    objects.push({ ...(await objectOf(shape)), ...(keypoints === undefined ? {} : { keypoints }) });
  }
  return {
    ...(typeof imagePath === "string" ? { filename: imagePath } : {}),
    width: asNumber(imageWidth) || 0,
    height: asNumber(imageHeight) || 0,
    objects,
  };
}

interface Group {
  points: Map<string, AnnotatedPoint>;
  hasOwner: boolean;
}

/** The points of each group, and whether one of its shapes is no point. */
function pointsByGroup(shapes: readonly JsonTable[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const shape of shapes) {
    const id = asText(shape.group_id);
    if (id === "") continue;
    const group = groups.get(id) ?? { points: new Map(), hasOwner: false };
    groups.set(id, group);
    if (shape.shape_type !== "point") {
      group.hasOwner = true;
      continue;
    }
    const [x = Number.NaN, y = Number.NaN] = asPoints(shape.points);
    group.points.set(asText(shape.label), [x, y, asTable(shape.flags).occluded === true ? 1 : 2]);
  }
  for (const [id, { points }] of groups) if (points.size === 0) groups.delete(id);
  return groups;
}

function isPart(shape: JsonTable, groups: ReadonlyMap<string, Group>): boolean {
  return shape.shape_type === "point" && groups.get(asText(shape.group_id))?.hasOwner === true;
}

async function objectOf(shape: JsonTable): Promise<AnnotatedObject> {
  const { label, shape_type: type = "polygon", flags, difficult } = shape;
  const common = { name: asText(label), difficult: difficult === true || asTable(flags).difficult === true };
  const points = asPoints(shape.points);
  const [x1 = Number.NaN, y1 = Number.NaN, x2 = Number.NaN, y2 = Number.NaN] = points;
  switch (type) {
    case "rectangle":
      // Four corners in a clockwise order, as some programs write them, or two opposite ones
      return { ...common, box: points.length >= 4 ? pointBounds(points) : [x1, y1, x2, y2] };
    case "polygon":
    case "rotation":
    case "oriented_rectangle":
      return { ...common, outline: points };
    case "circle": {
      const radius = Math.hypot(x2 - x1, y2 - y1);
      return { ...common, outline: ellipseOutline([x1, y1], [radius, radius]) };
    }
    case "mask":
      return { ...common, ...(await maskOf(shape.mask, [x1, y1])) };
    default:
      return { ...common, fault: { kind: "shape", reason: `a ${asText(type)} is no shape of labels` } };
  }
}

/** A mask is a PNG image as text, its left upper pixel that of the first point. */
async function maskOf(mask: unknown, [left, top]: [number, number]): Promise<Omit<AnnotatedObject, "name">> {
  try {
    const {
      data: pixels,
      width,
      height,
    } = await readImage(Uint8Array.from(atob(asText(mask)), (c) => c.charCodeAt(0)));
    const data = Uint8Array.from({ length: width * height }, (_, i) => (pixels[3 * i] === 0 ? 0 : 1));
    const polygon = maskPolygon({ left, top, width, height, data });
    if (polygon.length > 0) return { outline: outlineOf(polygon) };
    return { fault: { kind: "no-area", reason: "its mask is empty" } };
  } catch (error) {
    return { fault: { kind: "no-box", reason: `its mask cannot be read: ${(error as Error).message}` } };
  }
}
