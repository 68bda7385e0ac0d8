import { onTracingBackend } from "@lookonce/backend-onnxruntime";
import { familyOf, type Task, taskOf } from "@lookonce/families";
import type { HeadSpec, Prediction } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { type BranchName, copyModel, type DetectionModel, fuse } from "@lookonce/nn";
import { EngineCache, type EngineTensor, OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import {
  type Detector,
  type DetectorFamily,
  type DetectorOutput,
  type DetectorSpec,
  joinPixels,
  splitPredictions,
} from "./detector.ts";
import { type BranchChoice, branchFor, headSpec } from "./head-spec.ts";
import { runMaps } from "./map-detector.ts";
import { traceForBytes } from "./trace-detector.ts";
import { TracedNetwork } from "./traced-network.ts";

/** Options of {@link ModelDetector.create}. */
export interface ModelDetectorOptions extends OnnxEngineOptions, BranchChoice {
  /** Number of image sizes that stay compiled, where each has to be. Default 8. */
  capacity?: number | undefined;
  /** Whether a GPU computes in half precision. Default false. */
  half?: boolean | undefined;
  /** Whether the detector owns the model: it is fused in place and disposed of. Otherwise a copy is. Default false. */
  own?: boolean | undefined;
}

/**
 * A model built from modules: fused, traced and compiled.
 *
 * On the CPU the network returns raw maps, decoded here where an anchor's confidence passes; its graph then fits images of
 * any size. On other devices the graph decodes all anchors itself, and there is one for each size and number of images.
 */
export class ModelDetector implements Detector {
  readonly family: DetectorFamily;
  readonly task: Task;
  readonly names: readonly string[];
  readonly stride: number;
  readonly branches: readonly BranchName[];
  readonly #model: DetectionModel;
  readonly #options: ModelDetectorOptions;
  readonly #engines: EngineCache;
  readonly #onCpu: boolean;
  /** For images one by one. */
  readonly #network: TracedNetwork | undefined;
  readonly #head: HeadSpec;

  /** @param branches of the model before it was fused */
  private constructor(model: DetectionModel, branches: readonly BranchName[], options: ModelDetectorOptions) {
    const { names, maxStride } = model;
    const { executionProviders = ["cpu"], capacity = 8 } = options;
    const { name, nms, loading, hasObjectness } = familyOf(model.family);
    this.family = { name, nms, loading, hasObjectness };
    this.task = taskOf(model.task);
    this.names = [...names];
    this.stride = maxStride;
    this.branches = branches;
    this.#model = model;
    this.#options = options;
    this.#engines = new EngineCache(capacity);
    this.#onCpu = executionProviders[0] === "cpu";
    const decodesMaps = this.#onCpu && this.task.decodeMaps !== undefined;
    this.#network = decodesMaps ? new TracedNetwork(model, this.#engines, options) : undefined;
    this.#head = headSpec(model);
  }

  /**
   * Copies the current weights, unless `own` is set: later training of the model does not change the detector.
   *
   * @throws LookonceError `ARGUMENT` without `nms` where the model has no one-to-one branch
   */
  static async create(model: DetectionModel, options: ModelDetectorOptions = {}): Promise<ModelDetector> {
    return onTracingBackend(async () => {
      const branch = branchFor(model, options);
      const { branches } = model.head;
      const fused = await fuse(options.own ? model : await copyModel(model), { branch });
      return new ModelDetector(fused, branches, options);
    });
  }

  async detect(images: readonly Image[], conf: number): Promise<DetectorOutput> {
    const start = performance.now();
    const { width, height } = images[0] as Image;
    const { half = false, raw: withRaw = false } = this.#options;
    const { decodeMaps } = this.task;
    if (this.#network !== undefined && decodeMaps !== undefined) {
      const engine = await this.#network.engine({ width, height });
      const prepareMs = performance.now() - start;
      const decode = (maps: readonly EngineTensor[]): Prediction => decodeMaps(maps, this.#head, conf);
      return { ...(await runMaps(engine, decode, { images, raw: withRaw })), prepareMs };
    }
    // On GPUs a graph for each number of images would be compiled for the rest of every batch, too: powers of two are enough
    const batch = this.#onCpu ? images.length : 2 ** Math.ceil(Math.log2(images.length));
    const engine = await this.#engines.get(`${batch}x${height}x${width}`, async () =>
      OnnxEngine.create(await traceForBytes(this.#model, { height, width, batch, half, raw: withRaw }), this.#options),
    );
    const ready = performance.now();
    const [decoded, ...raw] = await engine.run(joinPixels(images, batch), [batch, height, width, 3]);
    const inferenceMs = performance.now() - ready;
    const prototypes = this.#model.head.prototypes > 0 ? raw.at(-1) : undefined;
    const kind = { ...this.#head, hasObjectness: this.family.hasObjectness, prototypes };
    const predictions = splitPredictions(decoded as EngineTensor, images.length, kind);
    return { predictions, ...(withRaw ? { raw } : {}), prepareMs: ready - start, inferenceMs };
  }

  async spec(): Promise<DetectorSpec | undefined> {
    const model = await this.#network?.anySizeModel();
    const { names, stride, family } = this;
    return model && { kind: "maps", model, names, stride, family, task: this.task.name, head: this.#head };
  }

  async dispose(): Promise<void> {
    await this.#engines.clear();
    this.#model.dispose();
  }
}
