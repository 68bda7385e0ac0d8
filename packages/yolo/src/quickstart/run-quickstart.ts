import type { QuickstartModel, TaskName } from "@lookonce/config";
import { Dataset, type GeneratedShapes, generateShapes, type LabelKind } from "@lookonce/data";
import { taskOf } from "@lookonce/families";
import { dirname, join, relative, writeWholeSync } from "@lookonce/files";
import { writeImage } from "@lookonce/image";
import type { PlainBox, Results } from "@lookonce/inference";
import { plotLines, writePlot } from "@lookonce/plots";
import type { EpochInfo, TrainCallbacks } from "@lookonce/trainer";
import type { LogOptions } from "../open-dataset.ts";
import type { PlaceOptions } from "../place.ts";
import { makeRunDirectory } from "../run-directory.ts";
import { YOLO } from "../yolo.ts";
import { agreementOf } from "./agreement.ts";
import { countDuplicates } from "./duplicates.ts";
import { detectionSheet, sampleSheet } from "./images.ts";
import { modelFileText } from "./model-file.ts";
import { measuresOf, type QuickstartFigures, type QuickstartSettings, writeReport } from "./report.ts";
import { shapesFamilyOf, shapesModel, shapesTasks } from "./shapes.ts";

/** Options of {@link runQuickstart}. */
export interface QuickstartOptions extends PlaceOptions, LogOptions {
  /** Folder for results; a number is added if it exists (default `runs/quickstart`). */
  directory?: string;
  /** Default `detect`. */
  task?: TaskName;
  /** Family of the small model. Default `yolov8`. */
  model?: QuickstartModel;
  /** What differs from the task's images and the recipe's epochs, and seed 0. */
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

/** Images that the model is tried on. */
const unseenCount = 8;

/**
 * Runs all steps of a task in a few minutes and without a download: draws a data set of shapes, trains a small model on it,
 * validates, finds shapes in unseen images, exports, runs the exported file, and writes images and a report.
 */
export async function runQuickstart(options: QuickstartOptions = {}): Promise<QuickstartResult> {
  const { task = "detect", model: family = "yolov8" } = options;
  const { recipe, images = { train: 320, val: 80 }, ...made } = shapesTasks[task];
  const settings = { ...images, epochs: recipe.epochs, seed: 0, ...options.settings };
  const { imgsz } = recipe;
  const drawing: Drawing = { ...settings, size: imgsz, labels: taskOf(task).labels ?? "boxes" };
  const { log = () => {} } = options;
  const { endToEnd = false } = shapesFamilyOf(family, task);
  const start = performance.now();
  const directory = await makeRunDirectory(options.directory ?? "runs/quickstart");
  const file = (name: string): string => join(directory, name);

  log(`drawing ${settings.train + settings.val} images of shapes …`);
  const shapes = await drawShapes(directory, drawing);
  const drawn = performance.now();

  const config = shapesModel(shapes.names.length, { task, model: family });
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
    ...{ ...recipe, data: shapes.yaml, epochs: settings.epochs, seed, project: directory },
    callbacks: [...(options.callbacks ?? []), record],
  });
  await writePlot(file("curves.png"), await curves(epochs));
  const trained = performance.now();

  log("validating the best weights …");
  const validation = await model.val({ data: shapes.yaml, imgsz });
  const alone = endToEnd ? await model.val({ data: shapes.yaml, imgsz, nms: false }) : undefined;
  const validated = performance.now();

  log("detecting in unseen images, with the model and with the ONNX file made from it …");
  const unseen = await drawUnseen(directory, drawing);
  const look = { imgsz, rect: false };
  const paths = unseen.map(({ path }) => path);
  const ours = await model.predict(paths, look);
  await writeImage(file("unseen-detected.png"), await detectionSheet(ours));
  const unsuppressed = endToEnd ? await model.predict(paths, { ...look, nms: false }) : [];
  const exported = await model.export({ file: file("model.onnx"), imgsz });
  const onnx = await YOLO.load(exported.file, options);
  const theirs = await onnx.predict(paths, look);
  await writeImage(file("unseen-detected-onnx.png"), await detectionSheet(theirs));
  const { parameters, gflops } = await model.info({ imgsz });
  await Promise.all([model.dispose(), onnx.dispose()]);

  const found = ours.map(foundIn);
  const seconds = (from: number, to: number): number => (to - from) / 1000;
  const figures: QuickstartFigures = {
    task: { name: task, ...made },
    family,
    settings,
    instances: shapes.instances,
    model: { name: config.name, imgsz, batch: recipe.batch, parameters, gflops },
    seconds: {
      draw: seconds(start, drawn),
      train: training,
      validate: seconds(trained, validated),
      total: seconds(start, performance.now()),
    },
    validation,
    endToEnd: alone && { validation: alone, ...countDuplicates(unsuppressed.map(foundIn)) },
    unseen: unseen.map(({ names }, i) => ({ drawn: names, found: found[i] ?? [] })),
    data: relative(directory, shapes.yaml),
    unseenFolder: relative(directory, commonFolder(paths)),
    export: { file: exported.file, bytes: exported.bytes },
    agreement: agreementOf(found, theirs.map(foundIn)),
  };
  writeWholeSync(file("report.md"), writeReport(figures));
  return { ...figures, directory, report: file("report.md") };
}

/** The folder that all files are below. */
function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0] ?? ".");
  while (!files.every((file) => file.startsWith(join(folder, "")))) folder = dirname(folder);
  return folder;
}

/** What is drawn. */
interface Drawing extends QuickstartSettings {
  /** Side of the images in pixels. */
  size: number;
  labels: LabelKind;
}

/** Draws the data set, and a sheet of samples of it. */
async function drawShapes(directory: string, { train, val, seed, size, labels }: Drawing): Promise<GeneratedShapes> {
  const shapes = await generateShapes({ directory: join(directory, "shapes"), train, val, size, seed, labels });
  const dataset = await Dataset.open({ yaml: shapes.yaml, split: "train", labels });
  await writeImage(join(directory, "training-samples.png"), await sampleSheet(dataset, 12));
  return shapes;
}

/** Draws images from another seed than the data set's, and returns what is on each. */
async function drawUnseen(
  directory: string,
  { seed, size, labels }: Drawing,
): Promise<{ path: string; names: string[] }[]> {
  const folder = join(directory, "unseen");
  // As many for training as there can be classes, since those of folders are the ones that train has
  const { yaml } = await generateShapes({
    directory: folder,
    train: 5,
    val: unseenCount,
    size,
    seed: seed + 1,
    labels,
  });
  const dataset = await Dataset.open({ yaml, split: "val", labels });
  return dataset.entries.map(({ path, classes }) => ({
    path,
    names: Array.from(classes, (number) => dataset.names[number] as string),
  }));
}

/** The detections, or the most probable class of an image as one that fills it. */
function foundIn(result: Results): PlainBox[] {
  const { boxes, top5: [best] = [], width, height } = result.toJSON();
  return best === undefined ? boxes : [{ ...{ x1: 0, y1: 0, x2: width, y2: height }, ...best }];
}

/** An image of how it learned: the losses, and the scores of all classes. */
function curves(epochs: readonly EpochInfo[]): Promise<Uint8Array> {
  const series = (name: string, pick: (epoch: EpochInfo) => number | undefined) => ({
    name,
    y: epochs.map((epoch) => pick(epoch) ?? Number.NaN),
  });
  const axis = { xLabel: "epoch", wholeX: true };
  const shown = epochs.find(({ validation }) => validation !== undefined)?.validation?.table[0].scores ?? {};
  return plotLines(
    [
      {
        ...{ title: "Training losses", ...axis },
        series: Object.keys(epochs[0]?.losses ?? {}).map((part) => series(part, ({ losses }) => losses[part])),
      },
      {
        ...{ title: "Scores on validation images", ...axis, yDomain: [0, 1] },
        series: measuresOf(shown).map((name) => series(name, ({ validation }) => validation?.table[0].scores[name])),
      },
    ],
    { panelWidth: 420 },
  );
}
