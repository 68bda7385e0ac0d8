import { type Dataset, datasetStatistics } from "@lookonce/data";
import { warn } from "@lookonce/errors";
import { existsSync, join, readFileSync } from "@lookonce/files";
import { writeImage } from "@lookonce/image";
import { batchGrid } from "./batch-grid.ts";
import type { RunInfo, TrainCallbacks } from "./callbacks.ts";

/** Options of {@link plotLogger}. */
export interface PlotLoggerOptions {
  data: Pick<Dataset, "entries" | "names">;
  /** Receives notices about plots that cannot be drawn or written. Default: a warning of the process. */
  onNotice?: OnNotice;
}

/** `results.png` is drawn again after this many times the time that drawing it took. */
const redrawPause = 20;

/**
 * Draws a training into the run's directory: `labels.png` at its start, unless labels are of whole images,
 * `train_batch0.jpg` to `2` from its first batches and more from the first without mosaics, and `results.png`, which is kept
 * up to date. A plot that cannot be drawn is a notice, not an error.
 */
export function plotLogger({ data, onNotice = warn }: PlotLoggerOptions): TrainCallbacks {
  let run: Pick<RunInfo, "directory" | "iterations"> = { directory: "", iterations: 0 };
  let drawn: ReadonlySet<number> = new Set();
  let next = 0;
  const draw = (name: string, task: (file: string) => Promise<unknown>): Promise<void> => {
    const file = join(run.directory, name);
    return attempt(file, () => task(file), onNotice);
  };
  const drawResults = (): Promise<void> =>
    draw("results.png", (file) => plotResultsOf(join(run.directory, "results.csv"), file));
  return {
    async onTrainStart(info) {
      run = info;
      drawn = drawnIterations(info);
      if (info.firstEpoch === 0 && !areWholeImages(data)) await draw("labels.png", (file) => plotLabelsOf(data, file));
    },
    async onTrainBatchStart({ epoch, iteration, batch }) {
      const number = epoch * run.iterations + iteration;
      if (!drawn.has(number)) return;
      await draw(`train_batch${number}.jpg`, async (file) => writeImage(file, await batchGrid(batch, data)));
    },
    async onFitEpochEnd() {
      const start = performance.now();
      if (start < next) return;
      await drawResults();
      const end = performance.now();
      next = end + redrawPause * (end - start);
    },
    onTrainEnd: drawResults,
  };
}

/** Whether every object is a whole image, as a class to learn is: there are no places and sizes to draw. */
function areWholeImages({ entries }: PlotLoggerOptions["data"]): boolean {
  const isWhole = entries.every(({ boxes }) => boxes.every((value, i) => value === (i % 4 < 2 ? 0.5 : 1)));
  return isWhole && entries.some(({ classes }) => classes.length > 0);
}

async function plotLabelsOf(data: PlotLoggerOptions["data"], file: string): Promise<void> {
  const { plotLabels, writePlot } = await import("@lookonce/plots");
  await writePlot(file, await plotLabels({ names: data.names, ...datasetStatistics(data).boxes }));
}

async function plotResultsOf(csv: string, file: string): Promise<void> {
  if (!existsSync(csv)) return;
  const { plotResults, writePlot } = await import("@lookonce/plots");
  const [header = "", ...lines] = readFileSync(csv, "utf8").trimEnd().split("\n");
  const columns = header.split(",");
  const rows = lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(columns.map((column, i) => [column, cells[i] ? Number(cells[i]) : undefined]));
  });
  await writePlot(file, await plotResults(rows));
}

/** Batches with mosaics that are drawn, and without. */
const drawnBatches = 3;

/** The iterations whose batches are drawn (YOLOv8 8.3): the first three and, where mosaics end early, three without. */
export function drawnIterations(run: Pick<RunInfo, "epochs" | "iterations" | "recipe">): Set<number> {
  const { epochs, iterations } = run;
  const { close_mosaic: closeMosaic } = run.recipe;
  const starts = closeMosaic > 0 && closeMosaic < epochs ? [0, (epochs - closeMosaic) * iterations] : [0];
  return new Set(starts.flatMap((start) => Array.from({ length: drawnBatches }, (_, i) => start + i)));
}

/** Receives a line about something that could not be drawn or written. */
export type OnNotice = (line: string) => void;

/** Runs a task whose failure is a notice, not an error. */
export async function attempt(what: string, task: () => Promise<unknown>, onNotice: OnNotice): Promise<void> {
  try {
    await task();
  } catch (error) {
    onNotice(`${what} is missing: ${error instanceof Error ? error.message : String(error)}`);
  }
}
