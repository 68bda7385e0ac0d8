import type { Picture, Size } from "@lookonce/augment";
import { copyModel, type DetectionModel, fuse } from "@lookonce/nn";
import { EngineCache } from "../engine/engine-cache.ts";
import { OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import type { CompiledDetector, Detector, RawDetections } from "./detector.ts";
import { onTracingBackend, traceForBytes } from "./trace-detector.ts";

/** Options of {@link ModelDetector}. */
export interface ModelDetectorOptions extends OnnxEngineOptions {
  /** How many sizes of pictures stay compiled. */
  capacity: number;
}

/** A model built from modules: a fused copy of it, traced and compiled for each size of pictures. */
export class ModelDetector implements Detector {
  readonly family: "v5" | "v8";
  readonly names: readonly string[];
  readonly stride: number;
  readonly #model: DetectionModel;
  readonly #options: ModelDetectorOptions;
  readonly #engines: EngineCache;

  private constructor(model: DetectionModel, options: ModelDetectorOptions) {
    this.family = model.family;
    this.names = [...model.names];
    this.stride = model.step;
    this.#model = model;
    this.#options = options;
    this.#engines = new EngineCache(options.capacity);
  }

  /** Takes the weights as they are now; later training of the model does not change the detector. */
  static async create(model: DetectionModel, options: ModelDetectorOptions): Promise<ModelDetector> {
    return onTracingBackend(async () => new ModelDetector(fuse(await copyModel(model)), options));
  }

  async compile({ width, height }: Size): Promise<CompiledDetector> {
    const engine = await this.#engines.get(`${height}x${width}`, async () =>
      OnnxEngine.create(await traceForBytes(this.#model, { height, width }), this.#options),
    );
    return {
      async run(picture: Picture): Promise<RawDetections> {
        const [output] = await engine.run(picture.data, [1, height, width, 3]);
        return { ...(output as { data: Float32Array; shape: number[] }), layout: "NAC" };
      },
    };
  }

  async dispose(): Promise<void> {
    await this.#engines.clear();
    this.#model.dispose();
  }
}
