import { LookonceError } from "@lookonce/errors";
import type { Size } from "@lookonce/image";
import { range } from "d3-array";
import { type FigureOptions, renderFigure, titleHeight } from "../chart/figure.ts";
import { countLabel, heatCell, heatColor } from "../chart/heat.ts";
import { makePanel } from "../chart/panel.ts";
import { ink, letters } from "../chart/style.ts";
import { element, type Rect } from "../chart/svg.ts";
import { shorten, text, textWidth } from "../chart/text.ts";
import { classColor, hex } from "../draw/palette.ts";
import { noData } from "./plot-lines.ts";

/** All labeled boxes of a data set, as `datasetStatistics` of `@lookonce/data` returns them beside the names. */
export interface LabelBoxes {
  names: readonly string[];
  /** The class of each box. */
  labels: ArrayLike<number>;
  /** Rows of x, y, as fractions of the image's width and height. */
  centers: ArrayLike<number>;
  /** Rows of width, height, as fractions of the image's. */
  sizes: ArrayLike<number>;
}

const panelSize = 440;
/** Cells of a heat map, each way. */
const bins = 50;
/** So many boxes are drawn over each other, chosen evenly; more would only be a blot. */
const maxBoxes = 1000;
/** More classes than this need a panel wider than a square. */
const maxInSquare = 24;
/** Classes up to this many have their count above their bar. */
const maxCounted = 16;

/**
 * What the labels of a data set are like, for `labels.png`: how many each class has, the boxes laid over each other with
 * their centers in the middle, where centers lie, and how wide and high boxes are. Boxes that are not finite are left out.
 *
 * @throws LookonceError `ARGUMENT` when there are not two centers and two sizes for each label
 */
export async function plotLabels(table: LabelBoxes, options: FigureOptions = {}): Promise<Uint8Array> {
  const count = table.labels.length;
  if (table.centers.length !== 2 * count || table.sizes.length !== 2 * count) {
    throw new LookonceError(
      "ARGUMENT",
      `${count} labels need ${2 * count} numbers for their centers and as many for their sizes, but there are ${table.centers.length} and ${table.sizes.length}.`,
    );
  }
  const { places, size } = layOut(table);
  const marks = [
    classHistogram(table, places.classes),
    overlay(table, places.overlay),
    heatMap(places.centers, table.centers, {
      title: "Centers of boxes",
      labels: ["x ÷ width of the image", "y ÷ height of the image"],
      downwards: true,
    }),
    heatMap(places.sizes, table.sizes, {
      title: "Sizes of boxes",
      labels: ["width ÷ width of the image", "height ÷ height of the image"],
      downwards: false,
    }),
  ];
  const title = `${count.toLocaleString("en")} ${count === 1 ? "label" : "labels"}`;
  return renderFigure(size, marks, { title, ...options });
}

interface Layout {
  places: Record<"classes" | "overlay" | "centers" | "sizes", Rect>;
  size: Size;
}

/** Two by two; with many classes, these above the other three. */
function layOut({ names }: LabelBoxes): Layout {
  const step = panelSize + 20;
  const wide = names.length > maxInSquare;
  const columns = wide ? 3 : 2;
  const place = (row: number, column: number, width: number): Rect => ({
    x: 10 + column * step,
    y: titleHeight + row * step,
    width,
    height: panelSize,
  });
  const rest = [1, 2, 3].map((i) => (wide ? place(1, i - 1, panelSize) : place(i >> 1, i & 1, panelSize)));
  const [overlay, centers, sizes] = rest as [Rect, Rect, Rect];
  return {
    places: { classes: place(0, 0, wide ? 3 * step - 20 : panelSize), overlay, centers, sizes },
    size: { width: columns * step, height: titleHeight + 2 * step },
  };
}

function classHistogram({ names, labels: classes }: LabelBoxes, outer: Rect): string {
  const counts = countClasses(names.length, classes);
  const room = outer.width - 60;
  const font = Math.min(letters.tick, Math.max(6.5, (room / Math.max(counts.length, 1)) * 0.9));
  const labels = counts.map((_, i) => shorten(names[i] ?? String(i), 130, font));
  const widest = Math.max(0, ...labels.map((label) => textWidth(label, font)));
  const panel = makePanel(
    { ...outer, height: outer.height - Math.max(0, widest - 12) },
    {
      title: "Labels of each class",
      x: { domain: [0, Math.max(1, counts.length)], bare: true },
      y: { domain: [0, Math.max(1, ...counts)], nice: true, whole: true },
    },
  );
  if (counts.length === 0) return panel.svg + noData(panel, "no classes");
  const step = panel.area.width / counts.length;
  const every = Math.max(1, Math.ceil((font * 1.05) / step));
  const bottom = panel.area.y + panel.area.height;
  const bars = counts.map((count, i) => {
    const x = panel.x(i + 0.5);
    const top = panel.y(count);
    const width = Math.min(step * 0.84, 80);
    const fill = hex(classColor(i));
    const shape = element("rect", { x: x - width / 2, y: top, width, height: bottom - top, fill });
    if (counts.length > maxCounted) return shape;
    return shape + text(countLabel(count), { x, y: top - 4, anchor: "middle", size: Math.min(12, step * 0.34) });
  });
  const under = labels.map((label, i) => {
    if (i % every !== 0) return "";
    return text(label, { x: panel.x(i + 0.5) + font * 0.36, y: bottom + 8, size: font, anchor: "end", turn: -90 });
  });
  return panel.svg + bars.join("") + under.join("");
}

/** How often each class occurs; classes beyond the names count too. */
function countClasses(named: number, classes: ArrayLike<number>): number[] {
  const counts = new Array<number>(named).fill(0);
  for (let i = 0; i < classes.length; i++) {
    const label = classes[i] as number;
    while (counts.length <= label) counts.push(0);
    counts[label] = (counts[label] as number) + 1;
  }
  return counts;
}

function overlay({ labels, sizes }: LabelBoxes, outer: Rect): string {
  // A square with a title above, without axes
  const side = Math.min(outer.width - 30, outer.height - 50);
  const area = { x: outer.x + 30, y: outer.y + 30, width: side, height: side };
  const step = Math.max(1, Math.ceil(labels.length / maxBoxes));
  const opacity = labels.length / step > 300 ? 0.35 : 0.7;
  const frames = range(0, labels.length, step).map((i) => {
    const width = (sizes[2 * i] as number) * area.width;
    const height = (sizes[2 * i + 1] as number) * area.height;
    if (!(width >= 0 && height >= 0 && Number.isFinite(width + height))) return "";
    return element("rect", {
      x: area.x + (area.width - width) / 2,
      y: area.y + (area.height - height) / 2,
      width,
      height,
      fill: "none",
      stroke: hex(classColor(labels[i] as number)),
      "stroke-opacity": opacity,
    });
  });
  const note = step === 1 ? "centered" : `centered; ${frames.length.toLocaleString("en")} of all`;
  const title = "Boxes over each other";
  const behind = area.x + textWidth(title, letters.title, "bold") + 10;
  return [
    text(title, { x: area.x, y: outer.y + 18, size: letters.title, weight: "bold" }),
    text(note, { x: behind, y: outer.y + 18, color: ink.quiet }),
    ...frames,
    element("rect", { ...area, fill: "none", stroke: ink.frame }),
    text("the whole image", { x: area.x, y: area.y + area.height + 18, color: ink.quiet }),
    labels.length === 0 ? noData({ area }) : "",
  ].join("");
}

interface HeatMapOptions {
  title: string;
  /** Of the two axes. */
  labels: readonly [x: string, y: string];
  /** Whether y grows downwards, as in images. */
  downwards: boolean;
}

/** How many of the points, rows of x, y, lie in each cell of the unit square, darker by the square root of the count. */
function heatMap(outer: Rect, points: ArrayLike<number>, { title, labels, downwards }: HeatMapOptions): string {
  const counts = new Uint32Array(bins * bins);
  for (let i = 0; i < points.length; i += 2) {
    const h = points[i] as number;
    const v = points[i + 1] as number;
    if (!Number.isFinite(h) || !Number.isFinite(v)) continue;
    const index = binOf(v) * bins + binOf(h);
    counts[index] = (counts[index] as number) + 1;
  }
  const highest = counts.reduce((most, count) => Math.max(most, count), 0);
  const domain: readonly [number, number] = downwards ? [1, 0] : [0, 1];
  const note = highest === 0 ? undefined : `darkest: ${countLabel(highest)} in a cell`;
  const [x, y] = labels;
  const panel = makePanel(outer, { title, note, x: { label: x, domain: [0, 1] }, y: { label: y, domain } });
  if (highest === 0) return panel.svg + noData(panel);
  const [width, height] = [panel.area.width / bins, panel.area.height / bins];
  const cells = Array.from(counts, (inCell, i) => {
    if (inCell === 0) return "";
    const row = Math.floor(i / bins);
    const top = panel.y((downwards ? row : row + 1) / bins);
    const place = { x: panel.x((i % bins) / bins), y: top, width, height };
    return heatCell(place, 0.12 + 0.88 * Math.sqrt(inCell / highest));
  });
  const paper = element("rect", { ...panel.area, fill: heatColor(0) });
  return panel.svg + paper + cells.join("") + element("rect", { ...panel.area, fill: "none", stroke: ink.frame });
}

/** Which cell a share is in; what lies outside counts to the outermost. */
function binOf(share: number): number {
  return Math.min(bins - 1, Math.max(0, Math.floor(share * bins)));
}
