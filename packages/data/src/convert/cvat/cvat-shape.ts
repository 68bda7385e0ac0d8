import { bitmapOfRuns, maskPolygon, rotatedCorners } from "@lookonce/geometry";
import type { AnnotatedObject, AnnotatedPoint } from "../annotated-image.ts";
import { ellipseOutline } from "../ellipse-outline.ts";
import { outlineOf } from "../mask-outline.ts";

type Attributes = Readonly<Record<string, string>>;

/** Pixels of a mask; the largest image that is read has as many. */
const maxPixels = 2 ** 28;

/** The object of one of CVAT's elements, by its name and attributes. */
export function cvatObject(
  kind: string,
  attributes: Attributes,
  points: ReadonlyMap<string, AnnotatedPoint>,
): AnnotatedObject {
  const { label: name = "" } = attributes;
  const number = (key: string): number => numberOf(attributes[key]);
  const angle = (Number(attributes.rotation ?? 0) * Math.PI) / 180;
  switch (kind) {
    case "box": {
      const [left, top, right, bottom] = ["xtl", "ytl", "xbr", "ybr"].map(number) as [number, number, number, number];
      if (angle === 0) return { name, box: [left, top, right, bottom] };
      const row = [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top, angle];
      return { name, outline: Array.from(rotatedCorners(row)) };
    }
    case "polygon":
      return { name, outline: (attributes.points ?? "").split(/[;,]/).map(numberOf) };
    case "ellipse":
      return { name, outline: ellipseOutline([number("cx"), number("cy")], [number("rx"), number("ry")], angle) };
    case "mask":
      return { name, ...maskOf(attributes) };
    case "skeleton":
      return { name, keypoints: points };
    default:
      return { name, fault: { kind: "shape", reason: `a ${kind} is no shape of labels` } };
  }
}

/** The outline of a mask: runs of pixels row by row within its box, the first without the object. */
function maskOf(attributes: Attributes): Omit<AnnotatedObject, "name"> {
  const [left = 0, top = 0, width = 0, height = 0] = ["left", "top", "width", "height"].map((key) =>
    numberOf(attributes[key]),
  );
  const runs = (attributes.rle ?? "").split(",").map(numberOf);
  const sum = runs.reduce((total, run) => total + run, 0);
  const isMask = [left, top, width, height, ...runs].every((value) => Number.isInteger(value) && value >= 0);
  if (!isMask || sum > width * height || width * height > maxPixels || sum === 0) {
    return { fault: { kind: "no-box", reason: "the mask's runs do not fit its box" } };
  }
  const data = bitmapOfRuns({ width, height }, runs);
  const polygon = maskPolygon({ left, top, width, height, data });
  return { box: [left, top, left + width, top + height], outline: polygon.length === 0 ? [] : outlineOf(polygon) };
}

function numberOf(text: string | undefined): number {
  return text === undefined || text.trim() === "" ? Number.NaN : Number(text);
}
