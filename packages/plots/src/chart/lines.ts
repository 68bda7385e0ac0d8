import { line } from "d3-shape";
import type { Panel } from "./panel.ts";
import { element, round } from "./svg.ts";

/** How {@link drawLine} draws. */
export interface LineLook {
  color: string;
  width?: number;
  dashes?: string;
  opacity?: number;
  /** Radius of a point at each value; none where missing. */
  points?: number;
}

/** A line through points in the data's units; what is not finite is left out, and the line goes on past it. */
export function drawLine(
  panel: Panel,
  points: readonly (readonly [x: number, y: number])[],
  { color, width = 2, dashes, opacity, points: radius }: LineLook,
): string {
  const finite = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const path = line<readonly [number, number]>(
    ([x]) => round(panel.x(x)),
    ([, y]) => round(panel.y(y)),
  )(finite);
  if (path === null) return "";
  const marks = [
    element("path", {
      d: path,
      fill: "none",
      stroke: color,
      "stroke-width": width,
      "stroke-dasharray": dashes,
      "stroke-opacity": opacity,
      "stroke-linejoin": "round",
      "stroke-linecap": dashes === undefined ? "round" : undefined,
    }),
  ];
  for (const [x, y] of radius === undefined ? [] : finite) {
    marks.push(element("circle", { cx: panel.x(x), cy: panel.y(y), r: radius, fill: color, "fill-opacity": opacity }));
  }
  return marks.join("");
}
