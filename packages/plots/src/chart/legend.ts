import type { Size } from "@lookonce/image";
import { letters } from "./style.ts";
import { element, moved } from "./svg.ts";
import { shorten, text, textWidth } from "./text.ts";

/** A line of a legend. */
export interface LegendEntry {
  /** Shortened where there is not room for it and the value. */
  name: string;
  /** Behind the name. */
  value?: string;
  /** Missing for a heading. */
  color?: string;
  dashes?: string;
  thick?: boolean;
}

const lineHeight = 18;
const swatch = 20;
const gap = 7;

/** A legend and the space it needs. */
interface Legend extends Size {
  svg: string;
}

/** Entries side by side, in as many lines as the width asks for. */
export function legendRows(entries: readonly LegendEntry[], width: number): Legend {
  let [x, y] = [0, entries.length === 0 ? -lineHeight : 0];
  const marks = entries.map((entry) => {
    const { svg, width: own } = legendEntry(entry, width);
    if (x > 0 && x + own > width) {
      x = 0;
      y += lineHeight;
    }
    const at = moved(x, y, svg);
    x += own + 16;
    return at;
  });
  return { width, height: y + lineHeight, svg: marks.join("") };
}

/** Entries below each other. */
export function legendColumn(entries: readonly LegendEntry[], room: number): Legend {
  const parts = entries.map((entry) => legendEntry(entry, room));
  return {
    width: Math.max(0, ...parts.map((part) => part.width)),
    height: parts.length * lineHeight,
    svg: parts.map((part, i) => moved(0, i * lineHeight, part.svg)).join(""),
  };
}

function legendEntry(entry: LegendEntry, room: number): { svg: string; width: number } {
  const { name, value, color, dashes, thick = false } = entry;
  const weight = color === undefined || thick ? "bold" : "regular";
  const left = color === undefined ? 0 : swatch + gap;
  const behind = value === undefined ? "" : ` ${value}`;
  const shown = shorten(name, room - left - textWidth(behind, letters.tick, weight), letters.tick, weight) + behind;
  const look = { stroke: color, "stroke-width": thick ? 3.5 : 2, "stroke-dasharray": dashes };
  const line = color === undefined ? "" : element("path", { d: `M0 ${lineHeight / 2}h${swatch}`, ...look });
  return {
    svg: line + text(shown, { x: left, y: lineHeight / 2 + 4.3, weight }),
    width: left + textWidth(shown, letters.tick, weight),
  };
}
