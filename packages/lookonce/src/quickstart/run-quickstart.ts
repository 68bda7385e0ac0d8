import { join } from "node:path";
import { Dataset, type GeneratedShapes, generateShapes, shapeNames } from "@lookonce/data";
import { writeWholeSync } from "@lookonce/files";
import { writeImage } from "@lookonce/image";
import type { Results } from "@lookonce/inference";
import { plotLines, writePlot } from "@lookonce/plots";
import type { EpochInfo, TrainCallbacks } from "@lookonce/trainer";
import type { LogOptions } from "../open-dataset.ts";
import type { PlaceOptions } from "../place.ts";
import { makeRunDirectory } from "../run-directory.ts";
import { YOLO } from "../yolo.ts";
import { agreementOf } from "./agreement.ts";
import { detectionSheet, sampleSheet } from "./images.ts";
import { modelFileText } from "./model-file.ts";
import { type QuickstartFigures, type QuickstartSettings, writeReport } from "./report.ts";
import { shapesModel, shapesRecipe } from "./shapes.ts";

/** Options of {@link runQuickstart}. */
export interface QuickstartOptions extends PlaceOptions, LogOptions {
  /** Folder for results; a number is added if it exists (default `runs/quickstart`). */
  directory?: string;
  /** What differs from 320 and 80 images, the recipe's epochs, and seed 0. */
  settings?: Partial<QuickstartSettings>;
  /** Called with the progress of training. */
  callbacks?: readonly TrainCallbacks[];
}

/** What {@link runQuickstart} made and measured. */
export interface QuickstartResult extends QuickstartFigures {
  directory: string;
  /** `report.md` in it. */
  report: string;
}

/** Images that the detector is tried on. */
const unseenCount = 8;

/**
 * Runs all steps of a detector in a few minutes and without a download: draws a data set of shapes, trains a small model on
 * it, validates, finds shapes in unseen images, exports, runs the exported file, and writes images and a report.
 */
export async function runQuickstart(options: QuickstartOptions = {}): Promise<QuickstartResult> {
  const settings = { train: 320, val: 80, epochs: shapesRecipe.epochs, seed: 0, ...options.settings };
  const { imgsz } = shapesRecipe;
  const { log = () => {} } = options;
  const start = performance.now();
  const directory = await makeRunDirectory(options.directory ?? "runs/quickstart");
  const file = (name: string): string => join(directory, name);

  log(`drawing ${settings.train + settings.val} images of shapes …`);
  const shapes = await drawShapes(directory, settings);
  const drawn = performance.now();

  const config = shapesModel(shapeNames.length);
  writeWholeSync(file(config.name), modelFileText(config));
  const { seed } = settings;
  const model = await YOLO.load(file(config.name), { ...options, seed });
  const epochs: EpochInfo[] = [];
  const record: TrainCallbacks = {
    onFitEpochEnd(epoch) {
      epochs.push(epoch);
    },
  };
  const { seconds: training } = await model.train({
    ...{ ...shapesRecipe, data: shapes.yaml, epochs: settings.epochs, seed, project: directory },
    callbacks: [...(options.callbacks ?? []), record],
  });
  await writePlot(file("curves.png"), await curves(epochs));
  const trained = performance.now();

  log("validating the best weights …");
  const validation = await model.val({ data: shapes.yaml, imgsz });
  const validated = performance.now();

  log("detecting in unseen images, with the model and with the ONNX file made from it …");
  const unseen = await drawUnseen(directory, settings);
  const look = { imgsz, rect: false };
  const paths = unseen.map(({ path }) => path);
  const ours = await model.predict(paths, look);
  await writeImage(file("unseen-detected.png"), await detectionSheet(ours));
  const exported = await model.export({ file: file("model.onnx"), imgsz });
  const onnx = await YOLO.load(exported.file, options);
  const theirs = await onnx.predict(paths, look);
  await writeImage(file("unseen-detected-onnx.png"), await detectionSheet(theirs));
  const { parameters, gflops } = await model.info({ imgsz });
  await Promise.all([model.dispose(), onnx.dispose()]);

  const boxesOf = (results: readonly Results[]) => results.map((result) => result.toJSON().boxes);
  const found = boxesOf(ours);
  const seconds = (from: number, to: number): number => (to - from) / 1000;
  const figures: QuickstartFigures = {
    settings,
    instances: shapes.instances,
    model: { name: config.name, imgsz, batch: shapesRecipe.batch, parameters, gflops },
    seconds: {
      draw: seconds(start, drawn),
      train: training,
      validate: seconds(trained, validated),
      total: seconds(start, performance.now()),
    },
    validation,
    unseen: unseen.map(({ names }, i) => ({ drawn: names, found: found[i] ?? [] })),
    export: { file: exported.file, bytes: exported.bytes },
    agreement: agreementOf(found, boxesOf(theirs)),
  };
  writeWholeSync(file("report.md"), writeReport(figures));
  return { ...figures, directory, report: file("report.md") };
}

/** Draws the data set, and a sheet of samples of it. */
async function drawShapes(directory: string, { train, val, seed }: QuickstartSettings): Promise<GeneratedShapes> {
  const size = shapesRecipe.imgsz;
  const shapes = await generateShapes({ directory: join(directory, "shapes"), train, val, size, seed });
  const dataset = await Dataset.open({ yaml: shapes.yaml, split: "train" });
  await writeImage(join(directory, "training-samples.png"), await sampleSheet(dataset, 12));
  return shapes;
}

/** Draws images from another seed than the data set's, and returns what is on each. */
async function drawUnseen(
  directory: string,
  { seed }: QuickstartSettings,
): Promise<{ path: string; names: string[] }[]> {
  const folder = join(directory, "unseen");
  const { imgsz: size } = shapesRecipe;
  const { yaml } = await generateShapes({ directory: folder, train: 1, val: unseenCount, size, seed: seed + 1 });
  const { entries, names } = await Dataset.open({ yaml, split: "val" });
  return entries.map(({ path, classes }) => ({
    path,
    names: Array.from(classes, (number) => names[number] as string),
  }));
}

/** An image of how it learned. */
function curves(epochs: readonly EpochInfo[]): Promise<Uint8Array> {
  const series = (name: string, pick: (epoch: EpochInfo) => number | undefined) => ({
    name,
    y: epochs.map((epoch) => pick(epoch) ?? Number.NaN),
  });
  const axis = { xLabel: "epoch", wholeX: true };
  return plotLines(
    [
      {
        ...{ title: "Training losses", ...axis },
        series: ["box", "cls", "dfl"].map((part) => series(part, ({ losses }) => losses[part])),
      },
      {
        ...{ title: "Average precision on validation images", ...axis, yDomain: [0, 1] },
        series: [
          series("mAP50", ({ validation }) => validation?.map50),
          series("mAP50-95", ({ validation }) => validation?.map50_95),
        ],
      },
    ],
    { panelWidth: 420 },
  );
}
