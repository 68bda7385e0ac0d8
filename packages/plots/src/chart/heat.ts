import { range } from "d3-array";
import { format } from "d3-format";
import { scaleLinear } from "d3-scale";
import { interpolateBlues } from "d3-scale-chromatic";
import { ink } from "./style.ts";
import { element, type Rect, round } from "./svg.ts";
import { text } from "./text.ts";

/** The color of a share from 0 to 1, from almost white to dark blue. */
export function heatColor(share: number): string {
  return interpolateBlues(0.03 + 0.97 * Math.min(1, Math.max(0, share)));
}

/** One cell of a heat map; cells overlap by a hair, so that no seams show. */
export function heatCell({ x, y, width, height }: Rect, share: number): string {
  return element("rect", { x, y, width: width + 0.2, height: height + 0.2, fill: heatColor(share) });
}

/** What colors mean: a bar from 0 at the bottom to `highest` at the top. */
export function colorBar({ x, y, width, height }: Rect, highest: number): string {
  const steps = 48;
  const step = height / steps;
  const cells = range(steps).map((i) =>
    heatCell({ x, y: y + height - (i + 1) * step, width, height: step }, i / (steps - 1)),
  );
  const marks = scaleLinear([0, highest], [0, 1])
    .ticks(5)
    .filter((value) => highest <= 1 || Number.isInteger(value))
    .map((value) => {
      const at = y + height - (value / highest) * height;
      const mark = element("path", { d: `M${round(x + width)} ${round(at)}h4`, stroke: ink.frame });
      return mark + text(countLabel(value), { x: x + width + 8, y: at + 4.3, color: ink.quiet });
    });
  return cells.join("") + marks.join("");
}

/** A count in few letters: 1234 is 1,234 and 12345 is 12.3k. */
export function countLabel(value: number): string {
  if (value >= 10_000) return format(".3~s")(value);
  return Number.isInteger(value) ? format(",d")(value) : format(".2~f")(value);
}
