import { LookonceError } from "@lookonce/errors";
import { range, sum } from "d3-array";
import { type FigureOptions, renderFigure, titleHeight } from "../chart/figure.ts";
import { colorBar, countLabel, heatCell, heatColor } from "../chart/heat.ts";
import { ink, letters } from "../chart/style.ts";
import { element, type Rect } from "../chart/svg.ts";
import { shorten, text, textWidth } from "../chart/text.ts";

/** A square of counts, as `ConfusionMatrix` of `@lookonce/metrics` is. */
export interface ConfusionCounts {
  /** Number of classes and one, for the background. */
  size: number;
  /** Row-major `[size, size]`: row = predicted, column = true, last = background. */
  counts: ArrayLike<number>;
}

/** Options of {@link plotConfusionMatrix}. */
export interface ConfusionPlotOptions extends FigureOptions {
  /** Whether each column is divided by its sum, so that the diagonal is recall. Default true. */
  normalize?: boolean;
  /** Whether the background is a class, as in detection. Default true. */
  background?: boolean;
}

/** Longest label of a class, in pixels. */
const labelRoom = 150;

/**
 * A confusion matrix as a PNG: columns are true classes, rows predicted ones, the last of each the background (missed
 * objects in the last row, detections of nothing in the last column). Cells have numbers where there is room.
 *
 * @throws LookonceError `ARGUMENT` when the counts are not size × size
 */
export async function plotConfusionMatrix(
  matrix: ConfusionCounts,
  names: readonly string[],
  options: ConfusionPlotOptions = {},
): Promise<Uint8Array> {
  const { normalize = true, background = true, ...figure } = options;
  const { size, counts } = background ? matrix : withoutBackground(matrix);
  if (size < 1 || counts.length !== size * size) {
    throw new LookonceError(
      "ARGUMENT",
      `A confusion matrix of size ${size} needs ${size * size} counts, but has ${counts.length}.`,
    );
  }
  const finite = Array.from(counts, (value) => (Number.isFinite(value) ? value : 0));
  const sums = range(size).map((column) => sum(range(size), (row) => finite[row * size + column]));
  const values = normalize ? finite.map((value, i) => value / (sums[i % size] || 1)) : finite;
  const highest = normalize ? 1 : values.reduce((most, value) => Math.max(most, value), 1);
  const labels = range(size).map((i) => (background && i === size - 1 ? "background" : (names[i] ?? String(i))));
  const layout = layOut(labels);
  const { area } = layout;
  const label = { size: letters.label, anchor: "middle" } as const;
  const marks = [
    cells(values, area, { highest, normalize }),
    classLabels(labels, layout),
    element("rect", { ...area, fill: "none", stroke: ink.frame }),
    colorBar({ x: area.x + area.width + 20, y: area.y, width: 16, height: area.height }, highest),
    text("true class", { x: area.x + area.width / 2, y: layout.height - 10, ...label }),
    text("predicted class", { x: 20, y: area.y + area.height / 2, ...label, turn: -90 }),
  ];
  const title = normalize ? "Confusion matrix, shares of true classes" : "Confusion matrix, counts";
  return renderFigure({ width: layout.width, height: layout.height }, marks, { title, ...figure });
}

/** The matrix without its last row and column. */
function withoutBackground({ size, counts }: ConfusionCounts): ConfusionCounts {
  const kept = Array.from(counts).filter((_, i) => i % size < size - 1 && i < size * (size - 1));
  return { size: size - 1, counts: kept };
}

interface Layout {
  area: Rect;
  cell: number;
  width: number;
  height: number;
  font: number;
  /** A label for each so many classes. */
  every: number;
  /** Whether the labels of columns lie level. */
  level: boolean;
}

/** Cells of 11 to 90 pixels, less for hundreds of classes; the letters of labels fit in a cell's height. */
function layOut(labels: readonly string[]): Layout {
  const size = labels.length;
  const side = Math.min(size * 90, Math.max(420, Math.min(size * 34, 900)));
  const cell = side / size;
  const font = Math.min(letters.tick, Math.max(7.5, cell * 0.85));
  const every = Math.max(1, Math.ceil((font * 1.1) / cell));
  const widest = Math.max(...labels.map((label) => Math.min(labelRoom, textWidth(label, font))));
  const level = every === 1 && labels.every((label) => textWidth(label, font) <= cell - 6);
  const left = 36 + widest + 10;
  const below = (level ? 24 : widest + 14) + 26;
  const area = { x: left, y: titleHeight + 8, width: side, height: side };
  const width = Math.max(left + side + 90, 480);
  return { area, cell, width, height: area.y + side + below, font, every, level };
}

function cells(
  values: readonly number[],
  area: Rect,
  { highest, normalize }: { highest: number; normalize: boolean },
): string {
  const size = Math.sqrt(values.length);
  const cell = area.width / size;
  const paper = element("rect", { ...area, fill: heatColor(0) });
  const filled = values.map((value, i) => {
    const share = value / highest;
    // What would read 0.00 is left empty, so that the eye finds what matters.
    if (value === 0 || (normalize && value < 0.005)) return "";
    const place = { x: area.x + (i % size) * cell, y: area.y + Math.floor(i / size) * cell, width: cell, height: cell };
    const label = normalize ? value.toFixed(2) : countLabel(value);
    return heatCell(place, share) + (cell < 24 ? "" : cellText(place, share, label));
  });
  return paper + filled.join("");
}

function cellText({ x, y, width, height }: Rect, share: number, label: string): string {
  const wanted = Math.min(15, width * 0.36);
  const size = wanted * Math.min(1, (width - 4) / textWidth(label, wanted));
  const color = share > 0.6 ? "#fff" : ink.text;
  return text(label, { x: x + width / 2, y: y + height / 2 + size * 0.36, size, anchor: "middle", color });
}

function classLabels(labels: readonly string[], { area, cell, font, every, level }: Layout): string {
  const last = labels.length - 1;
  // The background always has its label; what would touch it has none.
  const shown = range(labels.length).filter((i) => i === last || (i % every === 0 && last - i >= every));
  const bottom = area.y + area.height;
  return shown
    .map((i) => {
      const label = shorten(labels[i] as string, labelRoom, font);
      const middle = (i + 0.5) * cell;
      const beside = text(label, { x: area.x - 8, y: area.y + middle + font * 0.36, size: font, anchor: "end" });
      const x = area.x + middle;
      const below = level
        ? text(label, { x, y: bottom + 18, size: font, anchor: "middle" })
        : text(label, { x: x + font * 0.36, y: bottom + 8, size: font, anchor: "end", turn: -90 });
      return beside + below;
    })
    .join("");
}
