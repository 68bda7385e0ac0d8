import { withDefaults } from "@lookonce/config";
import type { LookonceError } from "@lookonce/errors";
import type { ExportReport, WriteGraphReport } from "@lookonce/export";
import { basename, existsSync, extname } from "@lookonce/files";
import type { BatchItem, Predictor, Results, Source } from "@lookonce/inference";
import type { DetectionModel, ModuleDescription } from "@lookonce/nn";
import { withRanks } from "#with-ranks";
import { buildForClasses, buildModel, outlineModel } from "./build-model.ts";
import { describeMissing } from "./describe-problem.ts";
import { runExport } from "./export/run-export.ts";
import { fitSide, usedSide } from "./fit-side.ts";
import { findModel, type ModelSource } from "./model-source.ts";
import { labelsOf, openDataset } from "./open-dataset.ts";
import { type OpenedTracker, openTracker } from "./open-tracker.ts";
import type {
  DescribeOptions,
  DetectorDescription,
  ExportOptions,
  InfoOptions,
  LoadOptions,
  ModelInfo,
  PredictOptions,
  TrackOptions,
  TrainOptions,
  TrainReport,
  ValOptions,
  ValReport,
} from "./options.ts";
import { Place } from "./place.ts";
import { predictStream, type Tracking } from "./predict-stream.ts";
import { anchorsPerLevel, openTrainingData, parsedRecipe, runTraining } from "./run-training.ts";
import { valModel } from "./val-model.ts";

/** A detector: load it, then predict, train, validate, export. */
export class YOLO {
  readonly #log: (line: string) => void;
  readonly #seed: number;
  readonly #place: Place;
  #source: ModelSource;
  #model: { device: string; made: Promise<DetectionModel> } | undefined;
  #tracker: OpenedTracker | undefined;
  #predictor: { key: string; made: Promise<Predictor> } | undefined;

  private constructor(source: ModelSource, options: LoadOptions) {
    this.#source = source;
    this.#log = options.log ?? (() => {});
    this.#place = new Place(options, this.#log);
    this.#seed = options.seed ?? 0;
  }

  /**
   * Loads a model: weights (`.pt`, `.safetensors`), a model file to train from scratch (`.yaml`, or a shipped one's name
   * such as `yolov8n.yaml`), or an exported model (`.onnx`, TensorFlow.js's `model.json`; to predict with).
   *
   * Published weights such as `yolov8n.pt` that are not here are fetched from their publisher, once, into a cache folder;
   * `fetch` says how, and `fetch: { offline: true }` that they are not. Nothing in a `.pt` file is executed.
   *
   * @throws LookonceError `NOT_FOUND`, `FORMAT`, `UNSAFE`, `ARGUMENT` or `IO`, saying what is wrong with the file
   */
  static async load(name: string, options: LoadOptions = {}): Promise<YOLO> {
    return new YOLO(await findModel(name, options), options);
  }

  /** The file that the weights come from; after training, that of the best epoch. */
  get name(): string {
    return this.#source.name;
  }

  /** The model's task: `detect`, `segment`, `pose`, `obb`, `classify`. */
  async task(): Promise<string> {
    const { kind } = this.#source;
    if (kind === "onnx" || kind === "tfjs") return (await this.describe()).task;
    return (await outlineModel(this.#source, { use: "report its task" })).task;
  }

  /**
   * Layers, parameters and operations, from shapes alone: no device is entered and no weights are built, unless `detailed`
   * asks for these.
   */
  async info({ imgsz, detailed = false }: InfoOptions = {}): Promise<ModelInfo> {
    const outline = await outlineModel(this.#source, { use: "list its layers" });
    const { summarize, summarizeFused } = await import("@lookonce/nn");
    const side = fitSide(imgsz, outline, this.#log);
    const fused = summarizeFused(outline, { imgsz: side });
    const summary = { ...summarize(outline, { imgsz: side }), fused, imgsz: side };
    return detailed ? { ...summary, details: await this.#details(outline) } : summary;
  }

  /**
   * Describes the detector's inputs and outputs: its classes, and the size of its images, which an exported model
   * may fix.
   */
  async describe({ imgsz, rect = true, nms = true }: DescribeOptions = {}): Promise<DetectorDescription> {
    const predictor = await this.#predictorFor({ imgsz, rect, ...(nms ? {} : { nms }) });
    const { task, family, names, stride, branches } = predictor;
    return { task, family, names, stride, imgsz: predictor.imgsz, branches };
  }

  /**
   * Writes the model's graph into a folder, to be viewed: an event file for TensorBoard, with the modules as scopes and
   * shapes on the edges, and an ONNX file for Netron.
   *
   * @throws LookonceError `IO` when a file cannot be written
   */
  async graph(directory: string, { imgsz }: { imgsz?: number } = {}): Promise<WriteGraphReport> {
    const model = await this.#onHost("show its graph");
    const { writeGraph } = await import("@lookonce/export");
    const name = withoutExtension(basename(this.name));
    return writeGraph(model, { directory, name, imgsz: fitSide(imgsz, model, this.#log) });
  }

  /**
   * Finds objects in images and videos: files, folders, patterns such as `images/**`, lists, addresses, cameras, bytes,
   * pixels, streams; docs/predict.md has them all. With `save` and its like, results are written, too.
   *
   * It returns all results at once, with their images: for many images, or a video, use {@link stream}.
   *
   * @throws LookonceError when the source, or its only image, cannot be read
   */
  async predict(source: Source, options: PredictOptions = {}): Promise<Results[]> {
    const results: Results[] = [];
    for await (const result of this.stream(source, options)) results.push(result);
    return results;
  }

  /**
   * As {@link predict}, an image at a time, so that a million images need no more memory than one. Leaving the loop early
   * frees everything and finishes files that were started.
   */
  stream(source: Source, options: PredictOptions = {}): AsyncGenerator<Results, void, undefined> {
    return this.#run(source, options);
  }

  /**
   * Follows objects from frame to frame in videos, cameras and folders of frames: as {@link predict}, with `boxes.id`, filtered
   * boxes and trails. Each video is a sequence, and images without one are frames of one; with `persist` identities are
   * kept from one video and one call to the next.
   *
   * @throws LookonceError as {@link predict}, and for settings that no tracker has
   */
  async track(source: Source, options: TrackOptions = {}): Promise<Results[]> {
    const results: Results[] = [];
    for await (const result of this.trackStream(source, options)) results.push(result);
    return results;
  }

  /** As {@link track}, a frame at a time. */
  async *trackStream(source: Source, options: TrackOptions = {}): AsyncGenerator<Results, void, undefined> {
    const { opened, tracking, rest } = await openTracker(options, { current: this.#tracker, log: this.#log });
    this.#tracker = opened;
    yield* this.#run(source, rest, tracking);
  }

  async *#run(
    source: Source,
    options: PredictOptions,
    tracking: Tracking = {},
  ): AsyncGenerator<Results, void, undefined> {
    const { imgsz, rect = true, half = false, nms = true, workers, ...rest } = options;
    const form = {
      imgsz,
      rect,
      ...(nms ? {} : { nms }),
      ...(half ? { half } : {}),
      ...(workers === undefined ? {} : { workers }),
    };
    const predictor = await this.#predictorFor(form);
    yield* predictStream(predictor, source, { ...rest, ...tracking, log: this.#log });
  }

  /**
   * Finds objects in a few images at once, each with its own options, on this thread; for services that gather images of
   * several people. An image that cannot be read returns its error.
   */
  async detectBatch(
    items: readonly BatchItem[],
    { imgsz, rect = true, nms = true }: DescribeOptions = {},
  ): Promise<(Results | LookonceError)[]> {
    return (await this.#predictorFor({ imgsz, rect, ...(nms ? {} : { nms }) })).detectBatch(items);
  }

  /**
   * Trains on a data set and keeps the weights of the fittest epoch. With other classes than the model had, what fits of
   * its weights is taken over. With `resume`, the training that the loaded `last.safetensors` is of goes on.
   *
   * In a process that `mpirun` or `srun` started as one of several ranks, all of them train together: each computes its
   * share of every batch, and the first one writes the files.
   *
   * @throws LookonceError when the data set or an option cannot be used, before anything is written; `NUMERIC` when the
   *   loss is no finite number any more, what was saved before stays
   */
  async train(options: TrainOptions): Promise<TrainReport> {
    if (options.communicator !== undefined) return this.#train(options);
    return withRanks(options, (communicator) =>
      this.#train(communicator === undefined ? options : { ...options, communicator }),
    );
  }

  async #train(options: TrainOptions): Promise<TrainReport> {
    const { communicator } = options;
    const seed = options.seed ?? this.#seed;
    if (communicator !== undefined)
      this.#place.limitThreads((await import("@lookonce/distributed")).coresOf(communicator));
    // A device that is not there is said before any work starts.
    await this.#place.enter();
    const data = await openTrainingData(this.#source, { ...options, log: this.#log });
    const { family } = await outlineModel(this.#source, { use: "train" });
    const { familyOf } = await import("@lookonce/families");
    const recipe = options.resume ? {} : await parsedRecipe(options, familyOf(family));
    const anchors = anchorsPerLevel(recipe, options);
    const { model, report } = await buildForClasses(this.#source, {
      ...{ names: data.data.names, keypoints: data.data.keypoints, seed },
      ...anchors,
    });
    this.#log(report);
    const isFirst = (communicator?.rank ?? 0) === 0;
    try {
      const imgsz = fitSide(options.imgsz, model, this.#log);
      const source = this.#source.name;
      const result = await runTraining(model, { data, source, options: { ...options, recipe, seed, imgsz } });
      // Other machines may not see the first rank's files
      if (isFirst || existsSync(result.best)) this.#source = await findModel(result.best);
      await this.dispose();
      return result;
    } finally {
      model.dispose();
    }
  }

  /**
   * Measures precision, recall and average precision on a data set.
   *
   * @throws LookonceError when the data set cannot be used or has another number of classes
   */
  async val(options: ValOptions): Promise<ValReport> {
    const { data, split, imgsz, singleCls, ...rest } = withDefaults("val", options);
    await this.#place.enter();
    const model = await this.#onDevice("validate");
    const dataset = await openDataset(data, { ...(await labelsOf(model.task)), split, singleCls, log: this.#log });
    const side = usedSide(imgsz, { source: this.#source, model, log: this.#log });
    const report = await valModel(model, dataset, { ...rest, imgsz: side });
    const { unreadable } = report;
    if (unreadable !== undefined) this.#log(await describeMissing(unreadable));
    return report;
  }

  /**
   * Writes the model in another program's format, after comparing what was written with the model on a photograph.
   *
   * @throws LookonceError `ARGUMENT` for formats and options that make no sense, `NUMERIC` when the numbers disagree (nothing
   *   is written then), `IO` when it cannot be written
   */
  async export(options: ExportOptions = {}): Promise<ExportReport> {
    return runExport(options, { source: this.#source, model: () => this.#onHost("export"), log: this.#log });
  }

  /** Frees compiled networks and tensors. The detector can still be used; it builds them again. */
  async dispose(): Promise<void> {
    const [predictor, model] = [this.#predictor, this.#model];
    this.#predictor = undefined;
    this.#model = undefined;
    await (await predictor?.made)?.dispose();
    (await model?.made)?.dispose();
  }

  async #details(outline: DetectionModel): Promise<ModuleDescription[]> {
    const { describeModules, stateDict } = await import("@lookonce/nn");
    if (this.#source.kind === "checkpoint") return describeModules(outline, this.#source.checkpoint.tensors);
    return describeModules(outline, await stateDict(await this.#onHost("list its parameters")));
  }

  /** The model with its tensors on the CPU, for tracing: that computes nothing worth a GPU. */
  async #onHost(use: string): Promise<DetectionModel> {
    await this.#place.enterHost();
    return this.#modelOn("cpu", use);
  }

  async #onDevice(use: string): Promise<DetectionModel> {
    return this.#modelOn(await this.#place.enter(), use);
  }

  /** The model, kept until it is wanted elsewhere, trained or disposed of: tensors do not move between devices. */
  async #modelOn(device: string, use: string): Promise<DetectionModel> {
    if (this.#model?.device === device) return this.#model.made;
    (await this.#model?.made)?.dispose();
    const made = buildModel(this.#source, { seed: this.#seed, use }).catch((error: unknown) => {
      this.#model = undefined;
      throw error;
    });
    this.#model = { device, made };
    return made;
  }

  async #predictorFor(form: PredictorKey): Promise<Predictor> {
    const key = JSON.stringify(form);
    if (this.#predictor?.key !== key) {
      const before = this.#predictor;
      const made = this.#makePredictor(form).catch((error: unknown) => {
        this.#predictor = undefined;
        throw error;
      });
      this.#predictor = { key, made };
      await (await before?.made)?.dispose();
    }
    return this.#predictor.made;
  }

  async #makePredictor({ imgsz, ...form }: PredictorKey): Promise<Predictor> {
    const engine = { ...(await this.#place.engine()), ...form };
    const { Predictor } = await import("@lookonce/inference/prediction");
    if (form.half && engine.executionProviders[0] === "cpu") {
      this.#log("half precision is for GPUs: on the CPU, ONNX Runtime would compute in single precision all the same");
    }
    if (this.#source.kind === "onnx" || this.#source.kind === "tfjs") {
      const size = imgsz === undefined ? {} : { imgsz };
      const predictor = await Predictor.create({ ...engine, onnxFile: this.#source.name, ...size });
      const [height, width] = predictor.imgsz;
      if (imgsz !== undefined && (height !== imgsz || width !== imgsz)) {
        this.#log(
          `${this.#source.name} accepts images of ${width} × ${height}: that is used in place of imgsz ${imgsz}`,
        );
      }
      return predictor;
    }
    // A model that nobody else needs is handed over, which spares a copy of it
    const ownModel = this.#model === undefined;
    await this.#place.enterHost();
    const model = ownModel
      ? await buildModel(this.#source, { seed: this.#seed, use: "predict" })
      : await this.#modelOn("cpu", "predict");
    const side = usedSide(imgsz, { source: this.#source, model, log: this.#log });
    return Predictor.create({ ...engine, model, ownModel, imgsz: side });
  }
}

/** What a predictor is made for; another one is made when it changes. */
interface PredictorKey {
  imgsz: number | undefined;
  rect: boolean;
  nms?: boolean;
  half?: boolean;
  workers?: number;
}

function withoutExtension(path: string): string {
  const extension = extname(path);
  return extension === "" ? path : path.slice(0, -extension.length);
}
