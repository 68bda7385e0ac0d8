import { type LetterboxGeometry, letterbox, type Picture, readPicture } from "@lookonce/augment";
import { type Detections, nonMaxSuppression, scaleBoxes } from "@lookonce/boxes";
import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import type { Detector, RawDetections } from "./detector/detector.ts";
import { FileDetector } from "./detector/file-detector.ts";
import { ModelDetector } from "./detector/model-detector.ts";
import type { OnnxEngineOptions } from "./engine/onnx-engine.ts";
import { PredictionRun } from "./prediction-run.ts";
import { Results } from "./results.ts";
import type { PictureSource, Source, SourceItem } from "./sources/source.ts";

/** Which detections a person wants. */
export interface DetectOptions {
  /** Confidences must exceed this. Default 0.25. */
  conf?: number;
  /** A box goes when its IoU with a better one exceeds this. Default 0.7 for YOLOv8 (8.3), 0.45 for YOLOv5 (7.0). */
  iou?: number;
  /** Numbers of the classes wanted; all, where missing. */
  classes?: readonly number[];
  /** Whether boxes of different classes suppress each other. Default false. */
  agnosticNms?: boolean;
  /** Most detections a picture. Default 300. */
  maxDet?: number;
}

/** Options of {@link Predictor.create}: `model` or `onnxFile`, and how to run it. */
export interface PredictorOptions extends DetectOptions, OnnxEngineOptions {
  /** A model from `@lookonce/nn`. It stays as it is; the predictor keeps the weights that it has now. */
  model?: DetectionModel;
  /** An exported model. */
  onnxFile?: string;
  /**
   * The longer side that pictures are letterboxed to, or `[height, width]`, in pixels, rounded up to a multiple of the
   * model's stride. Default 640. An ONNX file of fixed size keeps its own.
   */
  imgsz?: number | readonly [height: number, width: number];
  /** Whether pictures are padded only to the next multiple of the stride, not to a square. Default true. */
  rect?: boolean;
  /** How many sizes of pictures stay compiled. Default 8. */
  capacity?: number;
}

/** What a picture's results are called after. */
type ItemName = Omit<SourceItem, "content" | "name"> & { name?: string };

/** Finds objects in pictures. */
export class Predictor {
  readonly #detector: Detector;
  readonly #options: PredictorOptions;
  readonly #size: readonly [height: number, width: number];

  private constructor(detector: Detector, options: PredictorOptions) {
    this.#detector = detector;
    this.#options = options;
    const { fixedSize, stride } = detector;
    this.#size =
      fixedSize === undefined ? inputSize(options.imgsz ?? 640, stride) : [fixedSize.height, fixedSize.width];
  }

  /**
   * Makes a predictor from a model or an ONNX file.
   *
   * @throws LookonceError `ARGUMENT` for options that make no sense, and what reading the file throws
   */
  static async create(options: PredictorOptions): Promise<Predictor> {
    const { model, onnxFile, executionProviders, threads, capacity = 8 } = options;
    if ((model === undefined) === (onnxFile === undefined)) {
      throw new LookonceError("ARGUMENT", "Predictor.create takes either `model` or `onnxFile`.");
    }
    const engine = {
      ...(executionProviders === undefined ? {} : { executionProviders }),
      ...(threads === undefined ? {} : { threads }),
    };
    if (onnxFile !== undefined) return new Predictor(await FileDetector.create(onnxFile, engine), options);
    return new Predictor(await ModelDetector.create(model as DetectionModel, { ...engine, capacity }), options);
  }

  /** Class names by class number. */
  get names(): readonly string[] {
    return this.#detector.names;
  }

  /** How the network writes boxes: with anchors and objectness (v5) or without (v8). */
  get family(): "v5" | "v8" {
    return this.#detector.family;
  }

  /** Sides of the network's pictures are multiples of this. */
  get stride(): number {
    return this.#detector.stride;
  }

  /** Size that pictures are letterboxed to at most: height and width. */
  get imgsz(): readonly [height: number, width: number] {
    return this.#size;
  }

  /**
   * Finds objects in every picture of a source, in its order, reading the next picture while one is looked at.
   *
   * Of several pictures those that cannot be read are skipped and listed in the run's `skipped`; a single one throws.
   */
  predict(source: Source, options: DetectOptions = {}): PredictionRun {
    return new PredictionRun(source, (picture, item) => this.#detect(picture, item, options));
  }

  /**
   * Finds objects in one picture.
   *
   * @throws LookonceError when it cannot be read
   */
  async detect(source: PictureSource, options: DetectOptions = {}): Promise<Results> {
    const inMemory = typeof source === "string" || source instanceof Uint8Array;
    const picture = inMemory ? await readPicture(source) : source;
    return this.#detect(picture, { path: typeof source === "string" ? source : "picture" }, options);
  }

  /** Frees the compiled networks. */
  async dispose(): Promise<void> {
    await this.#detector.dispose();
  }

  async #detect(picture: Picture, item: ItemName, options: DetectOptions): Promise<Results> {
    const { rect = true } = this.#options;
    const { stride, fixedSize, names } = this.#detector;
    const start = performance.now();
    const boxed = letterbox(picture, { size: this.#size, auto: rect && fixedSize === undefined, stride });
    const letterboxed = performance.now();
    const network = await this.#detector.compile(boxed.canvas);
    const compiled = performance.now();
    const raw = await network.run(boxed.picture);
    const ran = performance.now();
    const boxes = this.#select(raw, options, { picture, boxed });
    const speed = {
      preprocess: letterboxed - start,
      inference: ran - compiled,
      postprocess: performance.now() - ran,
    };
    const { path, name, frame, timestamp, video } = item;
    return new Results({
      ...{ path, picture, boxes, names, speed, inputSize: boxed.canvas },
      ...(name === undefined ? {} : { name }),
      ...(frame === undefined ? {} : { frame }),
      ...(timestamp === undefined ? {} : { timestamp }),
      ...(video === undefined ? {} : { video }),
    });
  }

  #select(
    raw: RawDetections,
    options: DetectOptions,
    { picture, boxed }: { picture: Picture; boxed: LetterboxGeometry },
  ): Detections {
    const { family } = this.#detector;
    const { conf, iou, classes, agnosticNms, maxDet } = { ...this.#options, ...options };
    const [found] = nonMaxSuppression(
      { ...raw, family },
      {
        conf: conf ?? 0.25,
        iou: iou ?? (family === "v8" ? 0.7 : 0.45),
        agnostic: agnosticNms ?? false,
        maxDet: maxDet ?? 300,
        ...(classes === undefined ? {} : { classes }),
      },
    ) as [Detections];
    // The families' references differ by up to half a pixel here.
    const padding = family === "v8" ? boxed.padding : boxed.exactPadding;
    return { ...found, boxes: scaleBoxes(found.boxes, { ratio: boxed.ratio, padding }, picture) };
  }
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
