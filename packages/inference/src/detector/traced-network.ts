import type { Size } from "@lookonce/image";
import type { DetectionModel } from "@lookonce/nn";
import { type OnnxModel, serializeModel } from "@lookonce/onnx";
import { type EngineCache, OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import { foldConvolutions } from "./fold-convolutions.ts";
import { traceForBytes } from "./trace-detector.ts";

/**
 * A model's network up to its raw maps, as engines: one for the first size asked for, and where nothing in the graph depends on
 * the size, as two traces show, one for all others.
 */
export class TracedNetwork {
  readonly #model: DetectionModel;
  readonly #options: OnnxEngineOptions;
  readonly #engines: EngineCache;
  #first: { key: string; size: Size; graph?: OnnxModel } | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #anySize: Promise<Uint8Array<SharedArrayBuffer> | undefined> | undefined;

  /** @param model fused, not to be changed any more */
  constructor(model: DetectionModel, engines: EngineCache, options: OnnxEngineOptions) {
    this.#model = model;
    this.#engines = engines;
    this.#options = options;
  }

  /** Returns an engine for images [N, height, width, 3] of a size: one at a time, or any number where its shape says so. */
  async engine(size: Size): Promise<OnnxEngine> {
    const key = `${size.height}x${size.width}`;
    const isFirst = this.#first === undefined || this.#first.key === key;
    const model = isFirst ? undefined : await this.anySizeModel();
    if (model !== undefined) return this.#engines.get("any", () => OnnxEngine.create(model, this.#options));
    return this.#engines.get(key, async () => {
      const graph = await this.#trace(size, 1);
      this.#first ??= { key, size, graph };
      return OnnxEngine.create(graph, this.#options);
    });
  }

  /** The network for images of any size and number as a file's bytes; `undefined` where it depends on the size. */
  anySizeModel(): Promise<Uint8Array<SharedArrayBuffer> | undefined> {
    this.#anySize ??= this.#makeAnySize();
    return this.#anySize;
  }

  async #makeAnySize(): Promise<Uint8Array<SharedArrayBuffer> | undefined> {
    const { maxStride: step } = this.#model;
    const first = this.#first;
    const size = first?.size ?? { width: 2 * step, height: 2 * step };
    const one = first?.graph ?? (await this.#trace(size, 1));
    // The graph contains the weights and is not needed any more
    delete first?.graph;
    const other = await this.#trace({ width: size.width + step, height: size.height + 2 * step }, 2);
    const any = anySizeGraph(one, other);
    if (any === undefined) return undefined;
    const bytes = serializeModel(any);
    return sharedCopy(bytes);
  }

  /** One trace after the other: tracing changes the current backend for a while. */
  #trace({ width, height }: Size, batch: number): Promise<OnnxModel> {
    const traced = this.#last.then(async () =>
      foldConvolutions(await traceForBytes(this.#model, { height, width, batch, decode: false, raw: true })),
    );
    this.#last = traced.catch(() => {});
    return traced;
  }
}

/**
 * The graph for images of any size and number, from those for two sizes and numbers: when they differ in nothing but the shapes
 * of what goes in [N, H, W, C] and comes out [N, h, w, c], nothing depends on the size. `undefined` for networks where
 * something does, such as attention, whose reshapes count the cells.
 */
function anySizeGraph(one: OnnxModel, other: OnnxModel): OnnxModel | undefined {
  const { graph } = one;
  if (JSON.stringify(graph.nodes, plain) !== JSON.stringify(other.graph.nodes, plain)) return undefined;
  if (!sameConstants(graph.initializers, other.graph.initializers)) return undefined;
  return {
    ...one,
    graph: {
      ...graph,
      inputs: graph.inputs.map((port) => ({ ...port, shape: ["batch", "height", "width", port.shape?.[3] ?? 3] })),
      outputs: graph.outputs.map((port, i) => ({
        ...port,
        shape: ["batch", `height${i}`, `width${i}`, port.shape?.[3] ?? "channels"],
      })),
    },
  };
}

function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}

function sameConstants(one: OnnxModel["graph"]["initializers"], other: OnnxModel["graph"]["initializers"]): boolean {
  if (one.size !== other.size) return false;
  for (const [name, value] of one) {
    const twin = other.get(name);
    if (twin === undefined || twin.type !== value.type || twin.shape.join() !== value.shape.join()) return false;
    const [a, b] = [value.data, twin.data] as [ArrayBufferView, ArrayBufferView];
    if (a !== b && !areEqual(bytesOf(a), bytesOf(b))) return false;
  }
  return true;
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** A copy that other threads may read; on pages that are not isolated, which have no such threads, one for this thread. */
function sharedCopy(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
  const memory = typeof SharedArrayBuffer === "function" ? new SharedArrayBuffer(bytes.length) : undefined;
  if (memory === undefined) return bytes as Uint8Array<SharedArrayBuffer>;
  const shared = new Uint8Array(memory);
  shared.set(bytes);
  return shared;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
