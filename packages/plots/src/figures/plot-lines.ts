import { LookonceError } from "@lookonce/errors";
import { type FigureOptions, renderFigure, titleHeight } from "../chart/figure.ts";
import { legendRows } from "../chart/legend.ts";
import { drawLine } from "../chart/lines.ts";
import { type Axis, extentOf, gridCell, makePanel, type Panel } from "../chart/panel.ts";
import { smoothed } from "../chart/smooth.ts";
import { ink, lineStyle } from "../chart/style.ts";
import { moved, type Rect } from "../chart/svg.ts";
import { text } from "../chart/text.ts";

/** One line of a panel. Values that are not finite are left out. */
export interface LineSeries {
  /** For the legend; a panel of one line without a name has none. */
  name?: string;
  /** Default 1, 2, 3 … */
  x?: ArrayLike<number>;
  y: ArrayLike<number>;
}

/** One pair of axes with its lines. */
export interface LinePanel {
  title: string;
  xLabel?: string;
  yLabel?: string;
  series: readonly LineSeries[];
  /** Default: what the values need. */
  xDomain?: readonly [number, number];
  /** Widened to round numbers. Default: what the values need. */
  yDomain?: readonly [number, number];
  /** Whether x is counted, such as epochs. Default false. */
  wholeX?: boolean;
  /**
   * Draws each line faint with its points, and over it, bold, what is left without noise: straight lines fitted to
   * neighbors weighted by a Gaussian with this standard deviation in steps. Default: no smoothing.
   */
  smooth?: number;
}

/** Options of {@link plotLines}. */
export interface PlotLinesOptions extends FigureOptions {
  /** Panels side by side. Default up to 4. */
  columns?: number;
  /** Of one panel, in pixels before `pixelRatio`. Default 400 × 300. */
  panelWidth?: number;
  panelHeight?: number;
}

/** Above this many values a line shows no points. */
const maxPoints = 80;

/**
 * Line charts, one or several in a grid, as a PNG.
 *
 * @throws LookonceError `ARGUMENT` when there is no panel, or a series has as many x as y values not
 */
export async function plotLines(panels: readonly LinePanel[], options: PlotLinesOptions = {}): Promise<Uint8Array> {
  if (panels.length === 0) throw new LookonceError("ARGUMENT", "plotLines needs at least one panel, but got none.");
  const { panelWidth = 400, panelHeight = 300, columns = Math.min(panels.length, 4) } = options;
  const top = options.title === undefined ? 6 : titleHeight;
  const cell = { x: 8, y: top, width: panelWidth, height: panelHeight };
  const marks = panels.map((panel, i) =>
    linePanel(panel, { ...gridCell(i, columns, cell), width: panelWidth - 8, height: panelHeight - 8 }),
  );
  const size = { width: columns * panelWidth + 8, height: top + Math.ceil(panels.length / columns) * panelHeight };
  return renderFigure(size, marks, options);
}

function linePanel({ title, xLabel, yLabel, series, ...rest }: LinePanel, outer: Rect): string {
  const lines = series.map(pointsOf);
  const entries = series.flatMap(({ name }, i) => (name === undefined ? [] : [{ name, ...lineStyle(i) }]));
  const legend = legendRows(entries, outer.width - 60);
  const all = lines.flat().filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const x: Axis = { label: xLabel, domain: rest.xDomain ?? extentOf(all.map(([x]) => x)), whole: rest.wholeX };
  const yDomain = rest.yDomain ?? extentOf(all.map(([, y]) => y));
  const y: Axis = { label: yLabel, domain: yDomain, nice: true };
  const panel = makePanel(outer, { title, legendHeight: entries.length === 0 ? 0 : legend.height + 6, x, y });
  if (all.length === 0) return panel.svg + noData(panel);
  const drawn = lines.map((points, i) => drawSeries(panel, points, { index: i, smooth: rest.smooth }));
  return panel.svg + moved(panel.legend.x, panel.legend.y + 2, legend.svg) + drawn.join("");
}

/** Says in an empty panel that nothing is missing but data. */
export function noData({ area }: Pick<Panel, "area">, why = "no data"): string {
  const { x, y, width, height } = area;
  return text(why, { x: x + width / 2, y: y + height / 2, anchor: "middle", size: 14, color: ink.quiet });
}

function pointsOf({ name, x, y }: LineSeries): [number, number][] {
  if (x !== undefined && x.length !== y.length) {
    throw new LookonceError(
      "ARGUMENT",
      `The line ${name ?? ""} has ${x.length} x values and ${y.length} y values; it needs one x for each y.`,
    );
  }
  return Array.from(y, (value, i) => [x === undefined ? i + 1 : (x[i] as number), value]);
}

function drawSeries(
  panel: Panel,
  values: readonly [number, number][],
  { index, smooth }: { index: number; smooth: number | undefined },
): string {
  const { color, dashes } = lineStyle(index);
  const finite = values.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  // A line that is one point long shows nothing without it.
  const alone = finite.length === 1;
  if (alone || smooth === undefined) return drawLine(panel, finite, { color, dashes, points: alone ? 3.5 : undefined });
  const points = finite.length <= maxPoints ? 2.4 : undefined;
  const faint = drawLine(panel, finite, { color, width: 1.2, opacity: 0.45, points });
  const means = smoothed(
    finite.map(([, y]) => y),
    smooth,
  );
  const bold = finite.map(([x], i): [number, number] => [x, means[i] as number]);
  return faint + drawLine(panel, bold, { color, width: 2.6, dashes });
}
