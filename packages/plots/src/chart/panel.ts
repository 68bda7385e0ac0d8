import { extent } from "d3-array";
import { format } from "d3-format";
import { type ScaleLinear, scaleLinear } from "d3-scale";
import { ink, letters } from "./style.ts";
import { element, type Rect } from "./svg.ts";
import { shorten, text, textWidth } from "./text.ts";

/** One axis of a panel. */
export interface Axis {
  label?: string;
  /** From, to; y axes grow upwards unless from is above to. */
  domain: readonly [number, number];
  /** Whether to widen the domain to round numbers. Default false. */
  nice?: boolean;
  /** Whether only whole numbers may be ticks. Default false. */
  whole?: boolean;
  /** No ticks: of an x axis whose labels others draw. Default false. */
  bare?: boolean;
}

/** Options of {@link makePanel}. */
export interface PanelOptions {
  title?: string;
  /** Said, quietly, behind the title. */
  note?: string;
  /** Room between the title and the axes, for a legend. */
  legendHeight?: number;
  x: Axis;
  y: Axis;
}

/** A frame with two axes. */
export interface Panel {
  /** Where data is drawn. */
  area: Rect;
  /** Top left of the room for a legend. */
  legend: { x: number; y: number };
  x: ScaleLinear<number, number>;
  y: ScaleLinear<number, number>;
  /** Title, grid, ticks and labels; marks go on top. */
  svg: string;
}

/** Lays a panel out in a rectangle: the margins are as wide as the ticks' labels. */
export function makePanel(outer: Rect, options: PanelOptions): Panel {
  const top = (options.title === undefined ? 8 : 30) + (options.legendHeight ?? 0);
  const bottom = 22 + (options.x.label === undefined ? 0 : 20);
  const height = Math.max(outer.height - top - bottom, 1);
  const y = makeScale(options.y, [outer.y + top + height, outer.y + top]);
  const yTicks = ticksOf(y, options.y, Math.max(2, Math.floor(height / 42)));
  const left = Math.max(...yTicks.labels.map((label) => textWidth(label))) + 12 + (options.y.label ? 20 : 0);
  const area = { x: outer.x + left, y: outer.y + top, width: Math.max(outer.width - left - 16, 1), height };
  const x = makeScale(options.x, [area.x, area.x + area.width]);
  const svg = [
    heading(outer, area, options),
    yAxis(area, y, yTicks),
    xAxis(area, x, fittingTicks(x, options.x, area.width)),
    axisLabels(outer, area, options),
  ].join("");
  return { area, legend: { x: area.x, y: outer.y + 24 }, x, y, svg };
}

/** Where the panel of this number lies in a grid of panels below a figure's title. */
export function gridCell(index: number, columns: number, { x, y, width, height }: Rect): Rect {
  return { x: x + (index % columns) * width, y: y + Math.floor(index / columns) * height, width, height };
}

/** From lowest to highest finite value, widened where they are one; `fallback` where there is none. */
export function extentOf(
  values: Iterable<number>,
  fallback: readonly [number, number] = [0, 1],
): readonly [number, number] {
  const [low, high] = extent([...values].filter(Number.isFinite));
  if (low === undefined) return fallback;
  if (low < high) return [low, high];
  const room = Math.abs(low) * 0.1 || 0.5;
  return [low - room, high + room];
}

function makeScale({ domain, nice = false }: Axis, range: readonly [number, number]): ScaleLinear<number, number> {
  const scale = scaleLinear(domain, range);
  return nice ? scale.nice(5) : scale;
}

interface Ticks {
  values: number[];
  labels: string[];
}

function ticksOf(scale: ScaleLinear<number, number>, { whole = false }: Axis, count: number): Ticks {
  const values = scale.ticks(count).filter((value) => !whole || Number.isInteger(value));
  if (values.length === 0) values.push(whole ? Math.round(scale.domain()[0] as number) : (scale.domain()[0] as number));
  const largest = Math.max(...scale.domain().map(Math.abs));
  const label = whole ? format(",d") : largest < 1e-3 || largest >= 1e6 ? format("~e") : scale.tickFormat(count);
  return { values, labels: values.map((value) => (value === 0 ? "0" : label(value).replace("−", "-"))) };
}

/** As many ticks as there is room for their labels. */
function fittingTicks(scale: ScaleLinear<number, number>, axis: Axis, width: number): Ticks {
  if (axis.bare) return { values: [], labels: [] };
  for (let count = Math.max(2, Math.floor(width / 60)); ; count--) {
    const ticks = ticksOf(scale, axis, count);
    const widest = Math.max(...ticks.labels.map((label) => textWidth(label)));
    if (count <= 1 || (widest + 10) * ticks.labels.length <= width) return ticks;
  }
}

function heading(outer: Rect, area: Rect, { title, note = "" }: PanelOptions): string {
  if (title === undefined) return "";
  const y = outer.y + 18;
  const room = outer.x + outer.width - area.x;
  const behind = note === "" ? 0 : textWidth(note) + 10;
  const shown = shorten(title, room - behind, letters.title, "bold");
  const x = area.x + textWidth(shown, letters.title, "bold") + 10;
  return (
    text(shown, { x: area.x, y, size: letters.title, weight: "bold" }) +
    text(shorten(note, room), { x, y, color: ink.quiet })
  );
}

function yAxis(area: Rect, y: ScaleLinear<number, number>, { values, labels }: Ticks): string {
  const marks = values.map((value, i) => {
    const at = y(value);
    const line = element("path", { d: `M${area.x} ${at}h${area.width}`, stroke: ink.grid });
    return line + text(labels[i] as string, { x: area.x - 8, y: at + 4.3, anchor: "end", color: ink.quiet });
  });
  return marks.join("");
}

function xAxis(area: Rect, x: ScaleLinear<number, number>, { values, labels }: Ticks): string {
  const bottom = area.y + area.height;
  const marks = values.map((value, i) => {
    const at = x(value);
    const mark = element("path", { d: `M${at} ${bottom}v5`, stroke: ink.frame });
    return mark + text(labels[i] as string, { x: at, y: bottom + 18, anchor: "middle", color: ink.quiet });
  });
  return element("path", { d: `M${area.x} ${bottom}h${area.width}`, stroke: ink.frame }) + marks.join("");
}

function axisLabels(outer: Rect, area: Rect, axes: PanelOptions): string {
  const look = { size: letters.label, anchor: "middle" } as const;
  const [x, y] = [area.x + area.width / 2, area.y + area.height / 2];
  const below = shorten(axes.x.label ?? "", area.width, letters.label);
  const beside = shorten(axes.y.label ?? "", area.height, letters.label);
  return (
    text(below, { x, y: outer.y + outer.height - 5, ...look }) +
    text(beside, { x: outer.x + 13, y, ...look, turn: -90 })
  );
}
