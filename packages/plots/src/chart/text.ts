import type { Weight } from "#font";
import { outlineText, textMark } from "../draw/label-font.ts";
import { ink, letters } from "./style.ts";
import { round } from "./svg.ts";

/** How a line of text is set. */
export interface TextOptions {
  x: number;
  /** Of the baseline. */
  y: number;
  /** Of the letters, in pixels. */
  size?: number;
  weight?: Weight;
  color?: string;
  /** What of the text is at x. Default `start`. */
  anchor?: "start" | "middle" | "end";
  /** Degrees, clockwise, about x and y. */
  turn?: number;
}

/** A line of text as a path, so that no font need be on the machine. */
export function text(line: string, options: TextOptions): string {
  const { x, y, size = letters.tick, weight = "regular", color = ink.text, anchor = "start", turn } = options;
  const outline = outlineText(line, size, weight);
  const { width } = outline;
  const shift = anchor === "start" ? 0 : anchor === "middle" ? -width / 2 : -width;
  const place = `translate(${round(x)} ${round(y)})`;
  const turned = turn === undefined ? "" : ` rotate(${turn})`;
  return textMark(outline, { transform: `${place}${turned} translate(${round(shift)} 0)`, fill: color });
}

/** Extent of a line of text in pixels. */
export function textWidth(line: string, size: number = letters.tick, weight: Weight = "regular"): number {
  return outlineText(line, size, weight).width;
}

/** The text, or as much of its beginning as there is room for and an ellipsis. */
export function shorten(line: string, room: number, size: number = letters.tick, weight: Weight = "regular"): string {
  if (textWidth(line, size, weight) <= room) return line;
  const symbols = Array.from(line);
  let [low, high] = [0, symbols.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (textWidth(`${symbols.slice(0, middle).join("").trimEnd()}…`, size, weight) <= room) low = middle;
    else high = middle - 1;
  }
  return `${symbols.slice(0, low).join("").trimEnd()}…`;
}
