import { nearestPoints } from "../polygons/nearest-points.ts";
import { maskContours } from "./contours.ts";
import type { MaskPatch } from "./masks.ts";

/** What becomes of a mask of several parts: `all` joins them to one polygon, `largest` keeps that with the most points. */
export type PolygonParts = "all" | "largest";

/**
 * A mask as a polygon of pixels x, y, …, of the outer contours of its parts; empty without a pixel. With `all`, parts are linked
 * at their nearest pairs of points, out from the first to the last and back (YOLOv8 8.3); `largest` is YOLOv5's (7.0).
 */
export function maskPolygon(patch: MaskPatch, parts: PolygonParts = "all"): Float32Array {
  const contours = maskContours(patch);
  const [first = new Float32Array(0)] = contours;
  if (contours.length < 2) return first;
  if (parts === "largest") return contours.reduce((best, one) => (one.length > best.length ? one : best));
  return Float32Array.from(joinedParts(contours).flat().flat());
}

type Point = readonly [x: number, y: number];

/** Walks all parts out and back along the links between each and the next. */
function joinedParts(contours: readonly Float32Array[]): Point[][] {
  const links = contours.slice(1).map((contour, i) => nearestPoints(contours[i]!, contour));
  const out: Point[][] = [];
  const back: Point[][] = [];
  contours.map(pointsOf).forEach((part, i) => {
    const [arrival, departure] = [links[i - 1]?.[1], links[i]?.[0]];
    if (arrival === undefined || departure === undefined) {
      out.push(closedFrom(part, arrival ?? departure ?? 0));
      return;
    }
    // As the reference has it: the list is reversed, though the links then name other points
    const turned = arrival > departure;
    const whole = closedFrom(turned ? part.toReversed() : part, Math.min(arrival, departure));
    const length = Math.abs(departure - arrival);
    out.push(whole.slice(0, length + 1));
    back.unshift(whole.slice(length));
  });
  return [...out, ...back];
}

/** A part that starts at one of its points and returns to it. */
function closedFrom(part: readonly Point[], start: number): Point[] {
  const turned = [...part.slice(start), ...part.slice(0, start)];
  return [...turned, turned[0]!];
}

function pointsOf(contour: Float32Array): Point[] {
  return Array.from({ length: contour.length / 2 }, (_, i) => [contour[2 * i]!, contour[2 * i + 1]!]);
}
