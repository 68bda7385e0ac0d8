import type { Image, Size } from "@lookonce/image";
import { copyModel, type DetectionModel, fuse } from "@lookonce/nn";
import { EngineCache } from "../engine/engine-cache.ts";
import { OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import type { CompiledDetector, Detector, RawDetections } from "./detector.ts";
import { joinPixels } from "./join-pixels.ts";
import { compiledMaps } from "./map-detector.ts";
import type { DetectorRecipe, HeadForm } from "./recipe.ts";
import { onTracingBackend, traceForBytes } from "./trace-detector.ts";
import { TracedNetwork } from "./traced-network.ts";

/** Options of {@link ModelDetector}. */
export interface ModelDetectorOptions extends OnnxEngineOptions {
  /** How many sizes of images stay compiled. */
  capacity: number;
  /** Whether a GPU computes in half precision. */
  half: boolean;
  /** Whether the model is the detector's from now on; otherwise a copy of it is. */
  own: boolean;
}

/**
 * A model built from modules: fused, traced and compiled.
 *
 * On the CPU the network gives raw maps, decoded here where an anchor's confidence passes; its graph then fits images of any
 * size. Other devices decode all anchors themselves, in a graph for each size.
 */
export class ModelDetector implements Detector {
  readonly family: "v5" | "v8";
  readonly names: readonly string[];
  readonly stride: number;
  readonly #model: DetectionModel;
  readonly #options: ModelDetectorOptions;
  readonly #engines: EngineCache;
  /** On the CPU. */
  readonly #network: TracedNetwork | undefined;
  readonly #head: HeadForm;

  private constructor(model: DetectionModel, options: ModelDetectorOptions) {
    const { family, names, step, nc, strides, regMax, anchors } = model;
    this.family = family;
    this.names = [...names];
    this.stride = step;
    this.#model = model;
    this.#options = options;
    this.#engines = new EngineCache(options.capacity);
    const { executionProviders = ["cpu"] } = options;
    this.#network = executionProviders[0] === "cpu" ? new TracedNetwork(model, options) : undefined;
    this.#head = { family, nc, strides, regMax, anchors };
  }

  /** Takes the weights as they are now; later training of a model that is copied does not change the detector. */
  static async create(model: DetectionModel, options: ModelDetectorOptions): Promise<ModelDetector> {
    return onTracingBackend(async () => new ModelDetector(fuse(options.own ? model : await copyModel(model)), options));
  }

  async compile(size: Size, count = 1): Promise<CompiledDetector> {
    if (this.#network !== undefined) return compiledMaps(await this.#network.engine(size), this.#head, size);
    const { width, height } = size;
    const { half } = this.#options;
    // A graph for each number of images would be compiled for the rest of every batch, too: powers of two are enough
    const batch = 2 ** Math.ceil(Math.log2(count));
    const engine = await this.#engines.get(`${batch}x${height}x${width}`, async () =>
      OnnxEngine.create(await traceForBytes(this.#model, { height, width, batch, half }), this.#options),
    );
    return {
      async run(images: readonly Image[]): Promise<RawDetections[]> {
        const [output] = await engine.run(joinPixels(images, batch), [batch, height, width, 3]);
        return splitImages(output as { data: Float32Array; shape: number[] }, images.length);
      },
    };
  }

  async recipe(): Promise<DetectorRecipe | undefined> {
    const model = await this.#network?.anySizeModel();
    if (model === undefined) return undefined;
    return { kind: "maps", model, form: { names: this.names, stride: this.stride, head: this.#head } };
  }

  async dispose(): Promise<void> {
    await this.#engines.clear();
    await this.#network?.dispose();
    this.#model.dispose();
  }
}

/** Predictions [N, A, C] of the first `images`, one by one. */
function splitImages(
  { data, shape }: { data: Float32Array; shape: readonly number[] },
  images: number,
): RawDetections[] {
  const [, anchors, channels] = shape as [number, number, number];
  const size = anchors * channels;
  return Array.from({ length: images }, (_, i) => ({
    data: data.subarray(i * size, (i + 1) * size),
    shape: [1, anchors, channels],
    layout: "NAC",
  }));
}
