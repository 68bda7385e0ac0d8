import { element, round } from "../chart/svg.ts";
import { type Color, hex } from "./palette.ts";

/** A mask in the color of its box: filled so that what is below can be seen, with an outline. */
export function maskMark(lines: readonly Float32Array[], color: Color, line: number): string {
  const path = lines
    .filter(({ length }) => length >= 6)
    .map(closedPath)
    .join("");
  if (path === "") return "";
  const look = { fill: hex(color), "fill-opacity": 0.42, "fill-rule": "evenodd" };
  const stroke = { stroke: hex(color), "stroke-width": Math.max(1, line * 0.75), "stroke-linejoin": "round" };
  return element("path", { d: path, ...look, ...stroke });
}

function closedPath(points: Float32Array): string {
  let path = "";
  for (let i = 0; i < points.length; i += 2) {
    path += `${i === 0 ? "M" : "L"}${round(points[i] as number)} ${round(points[i + 1] as number)}`;
  }
  return `${path}Z`;
}
