import type { ExportReport } from "@lookonce/export";
import type { Results } from "@lookonce/inference";
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
} from "../options.ts";
import type { FetchProgress } from "./fetch-model.ts";
import type { MethodName, ModelFile, WrittenFile } from "./host.ts";
import { type BrowserSource, portableSource } from "./portable-source.ts";
import { pageWorker, type WorkerOptions, type YoloWorker } from "./yolo-worker.ts";

/** Options of `YOLO.load` in browsers. */
export interface BrowserLoadOptions extends Omit<LoadOptions, "fetch">, WorkerOptions {
  /** The worker that it runs in. Default: the page's own, which all models share. */
  worker?: YoloWorker;
  /** Breaks loading off. */
  signal?: AbortSignal;
  /** Called as a model comes from an address. */
  onProgress?: (progress: FetchProgress) => void;
}

/** What `YOLO.export` did in browsers. */
export interface BrowserExportReport extends ExportReport {
  /** What was written, to be downloaded. */
  files: WrittenFile[];
}

/** A detector, as in Node: it runs in a worker, so that the page stays free. */
export class YOLO {
  readonly #worker: YoloWorker;
  readonly #id: number;
  #name: string;

  private constructor(worker: YoloWorker, { id, name }: { id: number; name: string }) {
    this.#worker = worker;
    this.#id = id;
    this.#name = name;
  }

  /**
   * Loads a model: weights (`.pt`, `.safetensors`), a model file to train from scratch (`.yaml`), or an exported model (`.onnx`,
   * TensorFlow.js's `model.json`, of dropped files with those beside it; to predict with). Nothing in a `.pt` file is executed, and nothing is fetched but what `model`
   * and `runtimeFiles` name.
   *
   * @throws LookonceError `NOT_FOUND`, `FORMAT`, `UNSAFE`, `ARGUMENT` or `IO`, saying what is wrong with the file
   */
  static async load(model: ModelFile, options: BrowserLoadOptions = {}): Promise<YOLO> {
    const { worker: given, program, ...rest } = options;
    const worker = given ?? pageWorker(program === undefined ? {} : { program });
    return new YOLO(worker, await worker.call((host, packed) => host.load(packed), [model, absolute(rest)]));
  }

  /** The file that the weights come from; after training, that of the best epoch. */
  get name(): string {
    return this.#name;
  }

  /** The model's task: `detect`, `segment`, `pose`, `obb`, `classify`. */
  task(): Promise<string> {
    return this.#call("task");
  }

  /** Layers, parameters and operations. */
  info(options: InfoOptions = {}): Promise<ModelInfo> {
    return this.#call("info", options);
  }

  /** Describes the detector's inputs and outputs: its classes, and the size of its images. */
  describe(options: DescribeOptions = {}): Promise<DetectorDescription> {
    return this.#call("describe", options);
  }

  /**
   * Finds objects in images: files, addresses, bytes, pixels, what the page shows, lists of these, and videos.
   *
   * @throws LookonceError when the source, or its only image, cannot be read
   */
  async predict(source: BrowserSource, options: PredictOptions = {}): Promise<Results[]> {
    return this.#call("predict", await portableSource(source, options.signal), options);
  }

  /** As {@link predict}, an image at a time; of cameras and playing videos the newest frame. Leaving the loop ends it. */
  stream(source: BrowserSource, options: PredictOptions = {}): AsyncGenerator<Results, void, undefined> {
    return this.#iterate("stream", source, options);
  }

  /** Follows objects from frame to frame: as {@link predict}, with `boxes.id`. @throws LookonceError as {@link predict} */
  async track(source: BrowserSource, options: TrackOptions = {}): Promise<Results[]> {
    return this.#call("track", await portableSource(source, options.signal), options);
  }

  /** As {@link track}, a frame at a time. */
  trackStream(source: BrowserSource, options: TrackOptions = {}): AsyncGenerator<Results, void, undefined> {
    return this.#iterate("trackStream", source, options);
  }

  /**
   * Trains on a data set of the page's files and keeps the weights of the fittest epoch; callbacks run on the page.
   *
   * @throws LookonceError when the data set or an option cannot be used, before anything is written; `NUMERIC` when the loss is
   *   no finite number any more, what was saved before stays
   */
  train(options: TrainOptions): Promise<TrainReport> {
    return this.#call("train", options);
  }

  /** Measures precision, recall and average precision on a data set of the page's files. */
  val(options: ValOptions): Promise<ValReport> {
    return this.#call("val", options);
  }

  /** Writes the model in another program's format, after comparing what was written with the model. */
  export(options: ExportOptions = {}): Promise<BrowserExportReport> {
    return this.#call("export", options);
  }

  /** Frees compiled networks and tensors. The detector can still be used; it builds them again. */
  dispose(): Promise<void> {
    return this.#call("dispose");
  }

  async #call<T>(method: MethodName, ...given: unknown[]): Promise<T> {
    const { value, name } = await this.#worker.call<{ value: T; name: string }>(
      (host, packed) => host.call(this.#id, method, packed),
      given,
    );
    this.#name = name;
    return value;
  }

  /** What it reads, and its options, are needed until it ends. */
  async *#iterate(
    method: "stream" | "trackStream",
    source: BrowserSource,
    options: PredictOptions,
  ): AsyncGenerator<Results, void, undefined> {
    yield* this.#worker.iterate<Results>(
      (host, packed) => host.call(this.#id, method, packed),
      [await portableSource(source, options.signal), options],
    );
  }
}

/** Addresses as the page sees them: the worker's program lies elsewhere. */
function absolute<T extends Pick<LoadOptions, "runtimeFiles">>(options: T): T {
  const { runtimeFiles } = options;
  return typeof runtimeFiles === "string"
    ? { ...options, runtimeFiles: new URL(runtimeFiles, location.href).href }
    : options;
}
