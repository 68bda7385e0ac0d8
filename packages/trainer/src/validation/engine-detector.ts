import { OnnxEngine, type OnnxEngineOptions, traceForBytes } from "@lookonce/inference";
import type { DetectionModel } from "@lookonce/nn";
import type { BatchDetector, BatchPrediction, Numbers } from "./batch-detector.ts";

/** Runs a fused model compiled by ONNX Runtime, with constant weights, for the size of the batches that come. */
export class EngineDetector implements BatchDetector {
  readonly #model: DetectionModel;
  readonly #options: { raw: boolean; runtime: OnnxEngineOptions };
  /** One at a time: batches come sorted by shape, and each compiled size keeps working memory. */
  #compiled: { key: string; engine: OnnxEngine } | undefined;

  /** @param model its own from now on */
  constructor(model: DetectionModel, options: { raw: boolean; runtime: OnnxEngineOptions }) {
    this.#model = model;
    this.#options = options;
  }

  async detect({ images, count, height, width }: Parameters<BatchDetector["detect"]>[0]): Promise<BatchPrediction> {
    const start = performance.now();
    const engine = await this.#compile({ batch: count, height, width });
    const ready = performance.now();
    const [decoded, ...raw] = await engine.run(images, [count, height, width, 3]);
    const computing = performance.now() - ready;
    return { decoded: decoded as Numbers, raw, preparing: ready - start, computing };
  }

  async #compile(size: { batch: number; height: number; width: number }): Promise<OnnxEngine> {
    const key = Object.values(size).join("x");
    if (this.#compiled?.key === key) return this.#compiled.engine;
    await this.#release();
    const { raw, runtime } = this.#options;
    const engine = await OnnxEngine.create(await traceForBytes(this.#model, { ...size, raw }), runtime);
    this.#compiled = { key, engine };
    return engine;
  }

  async #release(): Promise<void> {
    const compiled = this.#compiled;
    this.#compiled = undefined;
    await compiled?.engine.dispose();
  }

  async dispose(): Promise<void> {
    await this.#release();
    this.#model.dispose();
  }
}
