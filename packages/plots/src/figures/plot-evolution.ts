import { LookonceError } from "@lookonce/errors";
import { maxIndex } from "d3-array";
import { interpolateViridis } from "d3-scale-chromatic";
import { type FigureOptions, renderFigure, titleHeight } from "../chart/figure.ts";
import { extentOf, gridCell, makePanel } from "../chart/panel.ts";
import { ink } from "../chart/style.ts";
import { element, type Rect } from "../chart/svg.ts";
import { noData } from "./plot-lines.ts";

/** One generation of an evolution. */
export interface Generation {
  fitness: number;
  /** Hyper-parameters by their names. */
  parameters: Readonly<Record<string, number>>;
}

const panelWidth = 275;
const panelHeight = 220;

/**
 * What an evolution tried, for `evolve.png`: a panel for each hyper-parameter with a point for each generation, its value
 * across and its fitness up, early generations dark and late ones bright; the fittest has a cross and its value stands
 * in the title. Generations whose fitness is not finite are left out.
 *
 * @throws LookonceError `ARGUMENT` when no generation has a hyper-parameter
 */
export async function plotEvolution(
  generations: readonly Generation[],
  options: FigureOptions = {},
): Promise<Uint8Array> {
  const names = [...new Set(generations.flatMap(({ parameters }) => Object.keys(parameters)))];
  if (names.length === 0) {
    throw new LookonceError("ARGUMENT", "plotEvolution needs a generation with hyper-parameters, but got none.");
  }
  const columns = Math.min(names.length, Math.max(1, Math.ceil(Math.sqrt(names.length * 1.6))));
  const fittest = maxIndex(generations, ({ fitness }) => (Number.isFinite(fitness) ? fitness : undefined));
  const cell = { x: 8, y: titleHeight, width: panelWidth, height: panelHeight };
  const marks = names.map((name, i) =>
    parameterPanel(name, generations, {
      fittest,
      outer: { ...gridCell(i, columns, cell), width: panelWidth - 4, height: panelHeight - 10 },
    }),
  );
  const size = {
    width: Math.max(columns * panelWidth + 16, 620),
    height: titleHeight + Math.ceil(names.length / columns) * panelHeight,
  };
  const count = generations.length;
  const title =
    fittest < 0
      ? "Evolution"
      : `Evolution: ${count} ${count === 1 ? "generation" : "generations"}, best fitness ${(generations[fittest] as Generation).fitness.toFixed(4)}`;
  return renderFigure(size, marks, { title, ...options });
}

function parameterPanel(
  name: string,
  generations: readonly Generation[],
  { fittest, outer }: { fittest: number; outer: Rect },
): string {
  const points = generations
    .map(({ fitness, parameters }, i) => ({ x: parameters[name] ?? Number.NaN, y: fitness, i }))
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const best = points.find(({ i }) => i === fittest);
  const panel = makePanel(outer, {
    title: name,
    note: best === undefined ? undefined : `= ${Number(best.x.toPrecision(3))}`,
    x: { domain: extentOf(points.map(({ x }) => x)), nice: true },
    y: { domain: extentOf(points.map(({ y }) => y)), nice: true, label: "fitness" },
  });
  if (points.length === 0) return panel.svg + noData(panel);
  const dots = points.map(({ x, y, i }) => {
    const fill = interpolateViridis((0.9 * i) / Math.max(generations.length - 1, 1));
    return element("circle", { cx: panel.x(x), cy: panel.y(y), r: 3, fill, "fill-opacity": 0.75 });
  });
  return panel.svg + dots.join("") + (best === undefined ? "" : cross(panel.x(best.x), panel.y(best.y)));
}

function cross(x: number, y: number): string {
  const d = `M${x - 6} ${y - 6}l12 12m-12 0l12 -12`;
  return (
    element("path", { d, stroke: ink.paper, "stroke-width": 5 }) +
    element("path", { d, stroke: "#c81e1e", "stroke-width": 2.4 })
  );
}
