import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import { classNumbers } from "./detector/class-numbers.ts";
import type { Detector } from "./detector/detector.ts";
import { FileDetector } from "./detector/file-detector.ts";
import { ModelDetector } from "./detector/model-detector.ts";
import type { OnnxEngineOptions } from "./engine/onnx-engine.ts";
import type { DetectOptions, SettledDetectOptions } from "./pipeline/detect-options.ts";
import { type BegunImage, finishImages, type ItemName } from "./pipeline/finish-images.ts";
import { type FitSettings, prepareImage } from "./pipeline/prepare-image.ts";
import { beginInPool } from "./pool/begin-in-pool.ts";
import { PoolKeeper } from "./pool/pool-keeper.ts";
import { PredictionRun } from "./prediction-run.ts";
import type { Results } from "./results.ts";
import { openSource } from "./sources/open-source.ts";
import type { ImageSource, OpenSourceOptions, Source, SourceItem } from "./sources/source.ts";

/** Options of {@link Predictor.create}: `model` or `onnxFile`, and how to run it. */
export interface PredictorOptions extends DetectOptions, OnnxEngineOptions {
  /** A model from `@lookonce/nn`. It stays as it is; the predictor keeps the weights that it has now. */
  model?: DetectionModel;
  /** Whether the predictor takes the model over: it is changed, and disposed of with the predictor; that spares a copy. Default false. */
  ownModel?: boolean;
  /** An exported model: an ONNX file, or the `model.json` of a graph model of TensorFlow.js. */
  onnxFile?: string;
  /**
   * The longer side that images are letterboxed to, or `[height, width]`, in pixels, rounded up to a multiple of the
   * model's stride. Default 640. An ONNX file of fixed size keeps its own.
   */
  imgsz?: number | readonly [height: number, width: number];
  /** Whether images are padded only to the next multiple of the stride, not to a square. Default true. */
  rect?: boolean;
  /** How many sizes of images stay compiled, where each has to be. Default 8. */
  capacity?: number;
  /**
   * Convolutions in half precision, on GPUs. The CPU's have none: ONNX Runtime would compute in single precision between casts.
   * Default false.
   */
  half?: boolean;
  /**
   * Threads that read, fit and, on the CPU, look at images side by side. 0 for none. Default: one a core, at most 8 and
   * fewer where the network is large, started when there are enough images to be worth it.
   */
  workers?: number;
}

/** Options of {@link Predictor.predict}. */
export interface RunOptions extends DetectOptions, OpenSourceOptions {
  /** How many images are looked at together. It pays on GPUs. Default 1. */
  batch?: number;
}

/** An image of {@link Predictor.detectBatch}. */
export interface BatchItem {
  source: ImageSource;
  options?: DetectOptions;
}

/** Finds objects in images. */
export class Predictor {
  readonly #detector: Detector;
  readonly #options: PredictorOptions;
  readonly #size: readonly [height: number, width: number];
  readonly #fit: FitSettings;
  readonly #pool: PoolKeeper;

  private constructor(detector: Detector, options: PredictorOptions) {
    this.#detector = detector;
    this.#options = options;
    const { fixedSize, stride } = detector;
    const { imgsz = 640, rect = true, workers, threads } = options;
    this.#size = fixedSize === undefined ? inputSize(imgsz, stride) : [fixedSize.height, fixedSize.width];
    this.#fit = { size: this.#size, auto: rect && fixedSize === undefined, stride };
    this.#pool = new PoolKeeper(detector, { fit: this.#fit, workers, threads });
  }

  /**
   * Makes a predictor from a model or an ONNX file.
   *
   * @throws LookonceError `ARGUMENT` for options that make no sense, and what reading the file throws
   */
  static async create(options: PredictorOptions): Promise<Predictor> {
    const { model, onnxFile, executionProviders, threads, capacity = 8, half = false, workers } = options;
    const { ownModel = false } = options;
    if ((model === undefined) === (onnxFile === undefined)) {
      throw new LookonceError("ARGUMENT", "Predictor.create takes either `model` or `onnxFile`.");
    }
    requireCount("workers", workers, 0);
    const engine = {
      ...(executionProviders === undefined ? {} : { executionProviders }),
      ...(threads === undefined ? {} : { threads }),
    };
    if (onnxFile !== undefined) return new Predictor(await FileDetector.create(onnxFile, engine), options);
    const form = { ...engine, capacity, half, own: ownModel };
    return new Predictor(await ModelDetector.create(model as DetectionModel, form), options);
  }

  /** Class names by class number. */
  get names(): readonly string[] {
    return this.#detector.names;
  }

  /** How the network writes boxes: with anchors and objectness (v5) or without (v8). */
  get family(): "v5" | "v8" {
    return this.#detector.family;
  }

  /** Sides of the network's images are multiples of this. */
  get stride(): number {
    return this.#detector.stride;
  }

  /** Size that images are letterboxed to at most: height and width. */
  get imgsz(): readonly [height: number, width: number] {
    return this.#size;
  }

  /**
   * Finds objects in every image of a source, in its order. The next images are read and fitted while one is looked at, and
   * where there are many, worker threads look at several side by side; never more of them than are soon asked for. Leaving the
   * loop early frees everything.
   *
   * Of several images those that cannot be read are skipped and listed in the run's `skipped`; a single one throws.
   */
  predict(source: Source, options: RunOptions = {}): PredictionRun {
    const { conf, iou, classes, agnosticNms, maxDet, augment, batch = 1, signal, ...opening } = options;
    requireCount("batch", batch, 1);
    const detect = this.#detection({ conf, iou, classes, agnosticNms, maxDet, augment });
    return new PredictionRun({
      open: (over) =>
        openSource(source, { ...opening, signal: signal === undefined ? over : AbortSignal.any([over, signal]) }),
      batch,
      expect: (count) => this.#pool.expect(count),
      ahead: () => this.#pool.ahead,
      begin: async (items) => {
        const begun = await this.#begin(items, detect);
        return () => finishImages(this.#detector, begun, detect);
      },
    });
  }

  /**
   * Finds objects in one image.
   *
   * @throws LookonceError when it cannot be read
   */
  async detect(source: ImageSource, options: DetectOptions = {}): Promise<Results> {
    const [found] = (await this.detectBatch([{ source, options }])) as [Results | LookonceError];
    if (found instanceof LookonceError) throw found;
    return found;
  }

  /**
   * Finds objects in several images at once, each with its own options; those of one canvas go through the network together.
   * Everything but reading and decoding happens on this thread.
   *
   * @returns for each image what was found, or why it could not be read
   */
  async detectBatch(items: readonly BatchItem[]): Promise<(Results | LookonceError)[]> {
    const options = items.map((item) => this.#detection(item.options ?? {}));
    const begun = await Promise.all(
      items.map(({ source }, i) => {
        const name = items.length === 1 ? "image" : `image ${i}`;
        return this.#prepare({ path: typeof source === "string" ? source : name }, source);
      }),
    );
    const found = await finishImages(this.#detector, begun, options);
    return found.map((each) => ("error" in each ? each.error : each));
  }

  /** Frees the compiled networks and ends the worker threads. */
  async dispose(): Promise<void> {
    await this.#pool.dispose();
    await this.#detector.dispose();
  }

  async #begin(items: readonly SourceItem[], options: SettledDetectOptions): Promise<BegunImage[]> {
    const pool = await this.#pool.poolFor(items.length);
    if (pool !== undefined) return beginInPool(pool, items, options);
    return Promise.all(items.map(({ content, ...item }) => this.#prepare(item, content)));
  }

  async #prepare(item: ItemName, content: SourceItem["content"]): Promise<BegunImage> {
    try {
      const what = typeof content === "function" ? await content() : content;
      return { item, prepared: await prepareImage(what, this.#fit) };
    } catch (error) {
      if (error instanceof LookonceError) return { item, error };
      throw error;
    }
  }

  /** The options of a call, over those of the predictor. */
  #detection(options: { [K in keyof DetectOptions]?: DetectOptions[K] | undefined }): SettledDetectOptions {
    const { conf, iou, classes, agnosticNms, maxDet, augment } = this.#options;
    const own = { conf, iou, classes, agnosticNms, maxDet, augment };
    const chosen: DetectOptions = Object.fromEntries(
      [...Object.entries(own), ...Object.entries(options)].filter(([, value]) => value !== undefined),
    );
    const { classes: wanted, ...rest } = chosen;
    return wanted === undefined ? rest : { ...rest, classes: classNumbers(wanted, this.#detector.names) };
  }
}

function requireCount(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return;
  throw new LookonceError("ARGUMENT", `${name} must be a whole number of at least ${least}, not ${value}.`);
}

/** Height and width as whole multiples of the stride. */
function inputSize(imgsz: number | readonly [number, number], stride: number): [number, number] {
  const sides = typeof imgsz === "number" ? ([imgsz, imgsz] as const) : imgsz;
  for (const side of sides) {
    if (Number.isInteger(side) && side > 0) continue;
    throw new LookonceError(
      "ARGUMENT",
      `imgsz must be a whole number of pixels, or two, from 1 on, not ${JSON.stringify(imgsz)}.`,
    );
  }
  const [height, width] = sides.map((side) => Math.ceil(side / stride) * stride) as [number, number];
  return [height, width];
}
