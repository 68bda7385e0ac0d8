import { defaultImgsz } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { detect, inputOf } from "@lookonce/families";
import type { FitOptions } from "@lookonce/image";
import type { BranchName, DetectionModel } from "@lookonce/nn";
import { DetectionThreads } from "#pool";
import { classNumbers } from "./class-numbers.ts";
import type { DetectOptions, ResolvedDetectOptions } from "./detect.ts";
import type { Detector } from "./detector/detector.ts";
import { createFileDetector } from "./detector/file-detector.ts";
import type { OnnxEngineOptions } from "./engine/onnx-engine.ts";
import { detectPending, PredictionRun, prepareItem } from "./predict.ts";
import { Results } from "./results.ts";
import type { ImageSource, OpenSourceOptions, Source } from "./sources/source.ts";

/** Options of {@link Predictor.create}: `model` or `onnxFile`, and how to run it. */
export interface PredictorOptions extends DetectOptions, OnnxEngineOptions {
  /** A model from `@lookonce/nn`. It stays as it is; the predictor keeps the weights that it has now. */
  model?: DetectionModel;
  /** Whether the predictor owns the model: it is changed, and disposed of with the predictor; that spares a copy. Default false. */
  ownModel?: boolean;
  /** An exported model: an ONNX file, or the `model.json` of a graph model of TensorFlow.js. */
  onnxFile?: string;
  /**
   * The longer side that images are letterboxed to, or `[height, width]`, in pixels, rounded up to a multiple of the
   * model's stride; of classifiers the side of the square that is cut out. Default 640, of classifiers 224. An ONNX file of
   * fixed size keeps its own.
   */
  imgsz?: number | readonly [height: number, width: number];
  /** Whether images are padded only to the next multiple of the stride, not to a square. Default true. */
  rect?: boolean;
  /**
   * Whether duplicates are suppressed. `false` uses the one-to-one branch of a head that has one, as YOLO26's and YOLOv10's,
   * which predicts each object once; exported files have the branch that they were exported for. Default true.
   */
  nms?: boolean | undefined;
  /** Number of image sizes that stay compiled, where each has to be. Default 8. */
  capacity?: number;
  /**
   * Convolutions in half precision, on GPUs. The CPU's have none: ONNX Runtime would compute in single precision between casts.
   * Default false.
   */
  half?: boolean;
  /**
   * Threads that read and fit images and, on the CPU, run the network on them side by side. 0 for none. Default: one a
   * core, at most 8 and fewer where the network is large, started when there are enough images to be worth it.
   */
  workers?: number;
}

/** Options of {@link Predictor.predict}. */
export interface RunOptions extends DetectOptions, OpenSourceOptions {
  /** Images in a batch. More than one pays on GPUs. Default 1. */
  batch?: number;
}

/** An image of {@link Predictor.detectBatch}. */
export interface BatchItem {
  source: ImageSource;
  options?: DetectOptions;
}

/** Detects objects in images. */
export class Predictor {
  /** Name of the model's task: `detect`, `segment`, `pose`, `obb`, `classify`. */
  readonly task: string;
  /** Whether it finds objects in images, which can be tracked; classifiers do not. */
  readonly hasObjects: boolean;
  /** Class names by class number. */
  readonly names: readonly string[];
  /** Name of the model's family: `v5`, `v8`. */
  readonly family: string;
  /** Branches of the model's head, or the one that an exported file has: `nms: false` uses `one2one`. */
  readonly branches: readonly BranchName[];
  /** Sides of the network's images are multiples of this. */
  readonly stride: number;
  /** Largest size that images are letterboxed to: height and width. */
  readonly imgsz: readonly [height: number, width: number];
  readonly #detector: Detector;
  readonly #options: PredictorOptions;
  readonly #fit: FitOptions;
  readonly #threads: DetectionThreads;

  private constructor(detector: Detector, options: PredictorOptions) {
    this.#detector = detector;
    this.#options = options;
    const { fixedSize, names, family } = detector;
    const task = detector.task ?? detect;
    const input = inputOf(task, family.name);
    const { imgsz = defaultImgsz(task.name), rect = true, workers, threads } = options;
    this.task = task.name;
    this.hasObjects = task.hasObjects ?? true;
    this.names = names;
    this.family = family.name;
    this.branches = detector.branches ?? ["one2many"];
    const stride = Math.max(detector.stride, input.stride ?? 1);
    this.stride = stride;
    this.imgsz = fixedSize === undefined ? inputSize(imgsz, stride) : [fixedSize.height, fixedSize.width];
    this.#fit = { fit: input.fit, size: this.imgsz, auto: rect && fixedSize === undefined, stride };
    this.#threads = new DetectionThreads(detector, { fit: this.#fit, workers, threads });
  }

  /**
   * Creates a predictor from a model or an ONNX file.
   *
   * @throws LookonceError `ARGUMENT` for invalid options, as `nms: false` for a model of one branch, and what reading the file throws
   */
  static async create(options: PredictorOptions): Promise<Predictor> {
    const {
      model,
      onnxFile,
      executionProviders,
      threads,
      runtimeFiles,
      capacity,
      half,
      ownModel: own,
      workers,
      nms,
    } = options;
    requireCount("workers", workers, 0);
    const engine = { executionProviders, threads, runtimeFiles };
    if (onnxFile !== undefined && model === undefined) {
      return new Predictor(await createFileDetector(onnxFile, { ...engine, nms }), options);
    }
    if (model !== undefined && onnxFile === undefined) {
      // TensorFlow.js builds models; exported files need none of it
      const { ModelDetector } = await import("./detector/model-detector.ts");
      return new Predictor(await ModelDetector.create(model, { ...engine, capacity, half, own, nms }), options);
    }
    throw new LookonceError("ARGUMENT", "Predictor.create needs either `model` or `onnxFile`.");
  }

  /**
   * Detects objects in every image of a source, in its order. The next images are read and letterboxed while one is
   * processed, and of many, worker threads process several side by side; never more than a few ahead of the consumer.
   * Leaving the loop early frees everything.
   *
   * Of several images those that cannot be read are skipped and listed in the run's `skipped`; a single one throws.
   */
  predict(source: Source, options: RunOptions = {}): PredictionRun {
    const { conf, iou, classes, agnosticNms, maxDet, retinaMasks, augment, batch = 1, ...opening } = options;
    requireCount("batch", batch, 1);
    const detect = this.#resolve({ conf, iou, classes, agnosticNms, maxDet, retinaMasks, augment });
    if (detect.augment !== (augment ?? this.#options.augment)) {
      opening.notify?.("augment is for detection only: the images are run on as they are");
    }
    const context = { detector: this.#detector, fit: this.#fit, threads: this.#threads };
    return new PredictionRun(source, context, { detect, batch, source: opening });
  }

  /**
   * Detects objects in one image.
   *
   * @throws LookonceError when it cannot be read
   */
  async detect(source: ImageSource, options: DetectOptions = {}): Promise<Results> {
    const [result] = (await this.detectBatch([{ source, options }])) as [Results | LookonceError];
    if (result instanceof LookonceError) throw result;
    return result;
  }

  /**
   * Detects objects in several images, each with its own options; those of one canvas are one batch. Everything but reading
   * and decoding happens on this thread.
   *
   * @returns for each image its results, or why it could not be read
   */
  async detectBatch(items: readonly BatchItem[]): Promise<(Results | LookonceError)[]> {
    const options = items.map((item) => this.#resolve(item.options ?? {}));
    const pending = await Promise.all(
      items.map(({ source }, i) => {
        const name = items.length === 1 ? "image" : `image ${i}`;
        return prepareItem({ path: typeof source === "string" ? source : name }, source, this.#fit);
      }),
    );
    const results = await detectPending(this.#detector, pending, options);
    return results.map((result) => (result instanceof Results ? result : result.error));
  }

  /** Frees the compiled networks and ends the worker threads. */
  async dispose(): Promise<void> {
    await this.#threads.dispose();
    await this.#detector.dispose();
  }

  /** Merges the options of a call with those of the predictor. */
  #resolve(options: { [K in keyof DetectOptions]?: DetectOptions[K] | undefined }): ResolvedDetectOptions {
    const { conf, iou, classes, agnosticNms, maxDet, retinaMasks, augment } = this.#options;
    const defaults = definedOnly({ conf, iou, classes, agnosticNms, maxDet, retinaMasks, augment });
    const { classes: wanted, ...rest }: DetectOptions = { ...defaults, ...definedOnly(options) };
    const { names, task } = this.#detector;
    if (rest.augment && task?.augments === false) rest.augment = false;
    return wanted === undefined ? rest : { ...rest, classes: classNumbers(wanted, names) };
  }
}

/** The entries that are not `undefined`. */
function definedOnly<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function requireCount(name: string, value: number | undefined, min: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= min)) return;
  throw new LookonceError("ARGUMENT", `${name} must be a whole number of at least ${min}, not ${value}.`);
}

/** Height and width as whole multiples of the stride. */
function inputSize(imgsz: number | readonly [number, number], stride: number): [number, number] {
  const [height, width] = typeof imgsz === "number" ? [imgsz, imgsz] : imgsz;
  for (const side of [height, width]) {
    if (Number.isInteger(side) && side > 0) continue;
    const value = JSON.stringify(imgsz);
    throw new LookonceError("ARGUMENT", `imgsz must be a whole number of pixels, or two, from 1 on, not ${value}.`);
  }
  return [Math.ceil(height / stride) * stride, Math.ceil(width / stride) * stride];
}
