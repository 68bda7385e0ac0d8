import type { DeviceName, DeviceReport } from "@lookonce/device";
import { LookonceError } from "@lookonce/errors";
import type { DetectionModel, ModelSummary } from "@lookonce/nn";
import { fitToStride } from "./fit-to-stride.ts";
import { findModel, type ModelSource } from "./model-source.ts";

/** Options of {@link YOLO.load}. */
export interface LoadOptions {
  /** Where to compute (default `cpu`); `auto` takes a GPU when one works and is faster. */
  device?: DeviceName | "auto";
  /** Threads for the CPU (default: ONNX Runtime's choice). */
  threads?: number;
  /** Seed of the initial weights of a model that is built from a model file (default 0). */
  seed?: number;
  /** Told what a person should know, such as an image size that was rounded up (default: nobody). */
  log?: (line: string) => void;
}

/** What {@link YOLO.info} tells. */
export interface ModelInfo extends ModelSummary {
  /** Side of the picture that shapes and operations are for. */
  imgsz: number;
}

/** A detector: load it, then train, validate, use or export it. */
export class YOLO {
  /** The file that the model came from. */
  readonly name: string;
  readonly #options: LoadOptions;
  #source: ModelSource;
  #device: Promise<DeviceReport> | undefined;
  #model: Promise<DetectionModel> | undefined;

  private constructor(source: ModelSource, options: LoadOptions) {
    this.name = source.name;
    this.#source = source;
    this.#options = options;
  }

  static async load(name: string, options: LoadOptions = {}): Promise<YOLO> {
    return new YOLO(await findModel(name), options);
  }

  /** Layers, parameters and operations, from shapes alone: nothing is computed. */
  async info({ imgsz = 640 }: { imgsz?: number } = {}): Promise<ModelInfo> {
    const model = await this.#build("info");
    const { summarize } = await import("@lookonce/nn");
    const side = this.#fit(imgsz, model.strides);
    return { ...summarize(model, { imgsz: side }), imgsz: side };
  }

  #fit(imgsz: number, strides: readonly number[]): number {
    const side = fitToStride(imgsz, strides);
    if (side !== imgsz) {
      this.#options.log?.(
        `imgsz ${imgsz} is not a multiple of the model's stride ${Math.max(...strides)}: ${side} is used`,
      );
    }
    return side;
  }

  async #build(method: string): Promise<DetectionModel> {
    this.#model ??= this.#create(method);
    return this.#model;
  }

  async #create(method: string): Promise<DetectionModel> {
    const source = this.#source;
    if (source.kind === "onnx") {
      throw new LookonceError(
        "UNSUPPORTED",
        `${this.name}: an ONNX file can predict, but not ${method}; load the .pt or .safetensors file.`,
      );
    }
    await this.#useDevice();
    const { DetectionModel, modelFromCheckpoint } = await import("@lookonce/nn");
    if (source.kind === "checkpoint") return modelFromCheckpoint(source.checkpoint, source.name);
    const { Random } = await import("@lookonce/random");
    return new DetectionModel(source.config, { rng: new Random(this.#options.seed ?? 0) }).eval();
  }

  #useDevice(): Promise<DeviceReport> {
    const { device = "cpu", threads } = this.#options;
    this.#device ??= import("@lookonce/device").then(({ setDevice }) =>
      setDevice(device, threads === undefined ? {} : { threads }),
    );
    return this.#device;
  }
}
