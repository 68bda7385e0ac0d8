import type { Size } from "@lookonce/image";
import type { DetectionModel } from "@lookonce/nn";
import { type OnnxModel, serializeModel } from "@lookonce/onnx";
import { EngineCache } from "../engine/engine-cache.ts";
import { OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import { anySizeGraph } from "./any-size.ts";
import { traceMaps } from "./trace-detector.ts";

/** Options of {@link TracedNetwork}. */
export interface TracedNetworkOptions extends OnnxEngineOptions {
  /** How many sizes stay compiled, of networks that have to be compiled for each. */
  capacity: number;
}

/**
 * A model's network up to its raw maps, as engines: one for the first size asked for, and where nothing in the graph depends on
 * the size, which two traces tell, one for all others.
 */
export class TracedNetwork {
  readonly #model: DetectionModel;
  readonly #options: TracedNetworkOptions;
  readonly #engines: EngineCache;
  #first: { key: string; size: Size; graph?: OnnxModel } | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #anySize: Promise<Uint8Array<SharedArrayBuffer> | undefined> | undefined;

  /** @param model fused, not to be changed any more */
  constructor(model: DetectionModel, options: TracedNetworkOptions) {
    this.#model = model;
    this.#options = options;
    this.#engines = new EngineCache(options.capacity);
  }

  /** An engine that takes images [N, height, width, 3] of a size: one at a time, or any number where its shape says so. */
  async engine(size: Size): Promise<OnnxEngine> {
    const key = `${size.height}x${size.width}`;
    if (this.#first === undefined || this.#first.key === key) {
      return this.#engines.get(key, async () => {
        const graph = await this.#trace(size, 1);
        this.#first ??= { key, size, graph };
        return OnnxEngine.create(graph, this.#options);
      });
    }
    const model = await this.anySizeModel();
    if (model !== undefined) return this.#engines.get("any", () => OnnxEngine.create(model, this.#options));
    return this.#engines.get(key, async () => OnnxEngine.create(await this.#trace(size, 1), this.#options));
  }

  /** The network for images of any size and number as a file's bytes; `undefined` where it depends on the size. */
  anySizeModel(): Promise<Uint8Array<SharedArrayBuffer> | undefined> {
    this.#anySize ??= this.#makeAnySize();
    return this.#anySize;
  }

  async #makeAnySize(): Promise<Uint8Array<SharedArrayBuffer> | undefined> {
    const { step } = this.#model;
    const { size, graph }: { size: Size; graph?: OnnxModel } = this.#first ?? {
      size: { width: 2 * step, height: 2 * step },
    };
    const one = graph ?? (await this.#trace(size, 1));
    // The graph holds the weights: it is not needed any more
    if (this.#first !== undefined) this.#first = { key: this.#first.key, size };
    const other = await this.#trace({ width: size.width + step, height: size.height + 2 * step }, 2);
    const any = anySizeGraph(one, other);
    if (any === undefined) return undefined;
    const bytes = serializeModel(any);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    return shared;
  }

  /** Frees the engines. */
  async dispose(): Promise<void> {
    await this.#engines.clear();
  }

  /** One trace after the other: tracing changes the current backend for a while. */
  #trace({ width, height }: Size, batch: number): Promise<OnnxModel> {
    const traced = this.#last.then(() => traceMaps(this.#model, { height, width, batch }));
    this.#last = traced.catch(() => {});
    return traced;
  }
}
