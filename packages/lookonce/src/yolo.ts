import { extname } from "node:path";
import type { ExportOnnxReport } from "@lookonce/export";
import type { DetectOptions, Predictor, Results, SkippedPicture, Source } from "@lookonce/inference";
import type { DetectionModel, ModelSummary } from "@lookonce/nn";
import { buildModel } from "./build-model.ts";
import { fitToStride } from "./fit-to-stride.ts";
import { findModel, type ModelSource } from "./model-source.ts";
import { Place, type PlaceOptions } from "./place.ts";

/** Options of {@link YOLO.load}. */
export interface LoadOptions extends PlaceOptions {
  /** Seed of random weights, where a model has none of its own (default 0). */
  seed?: number;
  /** Told, a line a time, what a person should know, such as an image size that was rounded up. Default: nobody. */
  log?: (line: string) => void;
}

/** What {@link YOLO.info} tells. */
export interface ModelInfo extends ModelSummary {
  /** Side of the picture that shapes and operations are for. */
  imgsz: number;
}

/** Options of {@link YOLO.predict} and {@link YOLO.stream}. */
export interface PredictOptions extends DetectOptions {
  /** Longer side that pictures are scaled to, in pixels, rounded up to the model's stride (default 640). */
  imgsz?: number;
  /** Whether pictures are padded only as far as the stride needs, not to a square (default true). */
  rect?: boolean;
  /** Told of each picture of several that cannot be read and is left out; a single one throws. Default: `log`. */
  onSkip?: (picture: SkippedPicture) => void;
}

/** Options of {@link YOLO.export}. */
export interface ExportOptions {
  /** Other programs' format; ONNX is the one there is (default). */
  format?: "onnx";
  /** The file to write (default: the model's name with the format's ending). */
  file?: string;
  /** Side of the pictures, in pixels, rounded up to the model's stride (default 640). */
  imgsz?: number;
  /** Pictures in a batch (default 1). */
  batch?: number;
  /** Version of ONNX's operators (default 17). */
  opset?: number;
}

/** A detector: load it, then predict, train, validate, export. */
export class YOLO {
  readonly #log: (line: string) => void;
  readonly #seed: number;
  readonly #place: Place;
  #source: ModelSource;
  #model: Promise<DetectionModel> | undefined;
  #predictor: { key: string; made: Promise<Predictor> } | undefined;

  private constructor(source: ModelSource, options: LoadOptions) {
    this.#source = source;
    this.#place = new Place(options);
    this.#log = options.log ?? (() => {});
    this.#seed = options.seed ?? 0;
  }

  /**
   * Loads a model: weights (`.pt`, `.safetensors`), a model file to train from scratch (`.yaml`, or a shipped one's name
   * such as `yolov8n.yaml`), or an exported model (`.onnx`, to predict with).
   *
   * Nothing is downloaded, and nothing in a `.pt` file is executed.
   *
   * @throws LookonceError `NOT_FOUND`, `FORMAT`, `UNSAFE` or `ARGUMENT`, saying what is wrong with the file
   */
  static async load(name: string, options: LoadOptions = {}): Promise<YOLO> {
    return new YOLO(await findModel(name), options);
  }

  /** The file that the weights come from; after training, that of the best epoch. */
  get name(): string {
    return this.#source.name;
  }

  /** Layers, parameters and operations, from shapes alone. */
  async info({ imgsz = 640 }: { imgsz?: number } = {}): Promise<ModelInfo> {
    const model = await this.#onHost("tell its layers");
    const { summarize } = await import("@lookonce/nn");
    const side = this.#fit(imgsz, model);
    return { ...summarize(model, { imgsz: side }), imgsz: side };
  }

  /**
   * Finds objects in a picture, a list of pictures, a folder, or the files that a pattern such as `pictures/*.jpg`
   * matches. Pictures are given as paths, as files' bytes or as pixels.
   *
   * @throws LookonceError when the source, or its only picture, cannot be read
   */
  async predict(source: Source, options: PredictOptions = {}): Promise<Results[]> {
    const results: Results[] = [];
    for await (const result of this.stream(source, options)) results.push(result);
    return results;
  }

  /** As {@link predict}, a picture at a time, so that a large folder takes no more memory than a small one. */
  async *stream(source: Source, options: PredictOptions = {}): AsyncGenerator<Results, void, undefined> {
    const {
      imgsz,
      rect,
      onSkip = ({ path, reason }) => this.#log(`${path} was left out: ${reason}`),
      ...detect
    } = options;
    const predictor = await this.#predictorFor({ imgsz: imgsz ?? 640, rect: rect ?? true });
    const run = predictor.predict(source, detect);
    let told = 0;
    for await (const result of run) {
      for (; told < run.skipped.length; told++) onSkip(run.skipped[told] as SkippedPicture);
      yield result;
    }
    for (; told < run.skipped.length; told++) onSkip(run.skipped[told] as SkippedPicture);
  }

  /**
   * Writes the model in another program's format, after comparing what the file computes with what the model does.
   *
   * @throws LookonceError `NUMERIC` when they disagree (nothing is written then), `IO` when the file cannot be written
   */
  async export(options: ExportOptions = {}): Promise<ExportOnnxReport> {
    const { imgsz = 640, file = `${withoutExtension(this.name)}.onnx`, batch, opset } = options;
    const model = await this.#onHost("export");
    const { exportOnnx } = await import("@lookonce/export");
    return exportOnnx(model, {
      file,
      imgsz: this.#fit(imgsz, model),
      ...(batch === undefined ? {} : { batch }),
      ...(opset === undefined ? {} : { opset }),
    });
  }

  /** Frees compiled networks and tensors. The detector can still be used; it builds them again. */
  async dispose(): Promise<void> {
    const [predictor, model] = [this.#predictor, this.#model];
    this.#predictor = undefined;
    this.#model = undefined;
    await (await predictor?.made)?.dispose();
    (await model)?.dispose();
  }

  #fit(imgsz: number, model: DetectionModel): number {
    const side = fitToStride(imgsz, model.strides);
    if (side !== imgsz) {
      const stride = Math.max(...model.strides);
      this.#log(`imgsz ${imgsz} is not a multiple of the model's stride ${stride}: ${side} is used`);
    }
    return side;
  }

  /** The model with its tensors on the CPU, kept until it is trained or disposed of. */
  async #onHost(use: string): Promise<DetectionModel> {
    await this.#place.enterHost();
    this.#model ??= buildModel(this.#source, { seed: this.#seed, use });
    return this.#model;
  }

  async #predictorFor(form: { imgsz: number; rect: boolean }): Promise<Predictor> {
    const key = JSON.stringify(form);
    if (this.#predictor?.key !== key) {
      const before = this.#predictor;
      this.#predictor = { key, made: this.#makePredictor(form) };
      await (await before?.made)?.dispose();
    }
    return this.#predictor.made;
  }

  async #makePredictor({ imgsz, rect }: { imgsz: number; rect: boolean }): Promise<Predictor> {
    const engine = await this.#place.engine();
    const { Predictor } = await import("@lookonce/inference");
    if (this.#source.kind === "onnx") return Predictor.create({ ...engine, onnxFile: this.#source.name, imgsz, rect });
    const model = await this.#onHost("predict");
    return Predictor.create({ ...engine, model, imgsz: this.#fit(imgsz, model), rect });
  }
}

function withoutExtension(path: string): string {
  const extension = extname(path);
  return extension === "" ? path : path.slice(0, -extension.length);
}
