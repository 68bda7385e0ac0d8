import {
  type Engine,
  type EngineOptions,
  type EnginePort,
  loadEngine,
  type RuntimeTensor,
  type Session,
} from "@lookonce/backend-onnxruntime/engine";
import { LookonceError } from "@lookonce/errors";
import type { OnnxModel } from "@lookonce/onnx";

export type { EnginePort } from "@lookonce/backend-onnxruntime/engine";

/** Options of {@link OnnxEngine.create}. */
export interface OnnxEngineOptions {
  /** ONNX Runtime's execution providers, in the order of preference. Default: `["cpu"]`. */
  executionProviders?: readonly string[] | undefined;
  /** Threads that one operator may use. Default: ONNX Runtime's choice, one a core. */
  threads?: number | undefined;
  /** Browsers: where ONNX Runtime's own files are; see `@lookonce/backend-onnxruntime`. */
  runtimeFiles?: EngineOptions["runtimeFiles"];
  /** What errors call the model. Default: "the model". */
  name?: string | undefined;
}

/** Values that go into an engine or come out of it. */
export interface EngineTensor {
  data: Float32Array;
  shape: number[];
}

/** An ONNX model with constant weights, compiled by ONNX Runtime; its one input is a batch of images. */
export class OnnxEngine {
  readonly #engine: Engine;
  readonly #session: Session;
  readonly input: EnginePort;
  readonly outputs: readonly EnginePort[];

  private constructor(engine: Engine, session: Session) {
    this.#engine = engine;
    this.#session = session;
    this.input = session.inputs[0] as EnginePort;
    this.outputs = session.outputs;
  }

  /**
   * Compiles a model, given as such or as the bytes of its file.
   *
   * The settings were the fastest for YOLOv8n at 640 on two cores, in medians of 25 alternating runs: 37 ms as here, 47 ms with
   * threads that sleep between operators, 47 ms without the layout optimization, 65 ms without ONNX Runtime's fusion of SiLU;
   * slower too without memory patterns or the arena, or with operators side by side.
   *
   * @throws LookonceError `FORMAT` when ONNX Runtime refuses the model, `UNSUPPORTED` when it has several inputs
   */
  static async create(model: OnnxModel | Uint8Array, options: OnnxEngineOptions = {}): Promise<OnnxEngine> {
    const { executionProviders = ["cpu"], threads, runtimeFiles, name = "the model" } = options;
    const engine = await loadEngine({ executionProviders, threads, runtimeFiles });
    let session: Session;
    try {
      session = await engine.compile(model, { executionProviders, threads, optimize: true });
    } catch (error) {
      const cause = error instanceof LookonceError ? (error.cause ?? error) : error;
      throw new LookonceError("FORMAT", `${name}: ONNX Runtime cannot load it: ${(cause as Error).message}`, { cause });
    }
    if (session.inputs.length === 1) return new OnnxEngine(engine, session);
    await session.release();
    throw new LookonceError(
      "UNSUPPORTED",
      `${name} has ${session.inputs.length} inputs (${session.inputs.map((port) => port.name).join(", ")}); a detector has one, its images.`,
    );
  }

  /**
   * Runs the model on images in the layout and type that {@link input} says.
   *
   * @returns its outputs in order
   * @throws LookonceError `ARGUMENT` when the images do not fit
   */
  async run(images: Float32Array | Uint8Array, shape: readonly number[]): Promise<EngineTensor[]> {
    const type = images instanceof Float32Array ? "float32" : "uint8";
    const { input } = this;
    const isFree = (size: number | string): boolean => typeof size === "string" || size < 0;
    const fits = shape.length === input.shape.length && input.shape.every((s, i) => isFree(s) || s === shape[i]);
    if (type !== input.type || !fits || shape.reduce((product, side) => product * side, 1) !== images.length) {
      throw new LookonceError(
        "ARGUMENT",
        `the model accepts ${input.type} [${input.shape.join(", ")}], not ${images.length} ${type} as [${shape.join(", ")}]`,
      );
    }
    const results = await this.#session.run(
      { [input.name]: this.#engine.tensor({ dtype: type, shape: [...shape] }, images) },
      Object.fromEntries(this.outputs.map(({ name }) => [name, null])),
    );
    return this.outputs.map(({ name }) => {
      const { data, dims } = results[name] as RuntimeTensor;
      return { data: data as Float32Array, shape: [...dims] };
    });
  }

  /** Frees the compiled model. */
  async dispose(): Promise<void> {
    await this.#session.release();
  }
}

/** Compiled engines by key, at most `capacity`: the least recently used one is freed first. */
export class EngineCache {
  readonly #capacity: number;
  readonly #engines = new Map<string, Promise<OnnxEngine>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Returns the engine of a key, compiled on first use; concurrent calls share it. */
  async get(key: string, create: () => Promise<OnnxEngine>): Promise<OnnxEngine> {
    const known = this.#engines.get(key);
    const engine = known ?? create();
    // A map iterates in the order of insertion: the last used is the last
    this.#engines.delete(key);
    this.#engines.set(key, engine);
    // The next call after a failure tries again
    if (known === undefined) engine.catch(() => this.#engines.delete(key));
    const [oldest] = this.#engines.keys();
    if (this.#engines.size > this.#capacity && oldest !== undefined) await this.#drop(oldest);
    return engine;
  }

  /** Frees all engines. */
  async clear(): Promise<void> {
    await Promise.all([...this.#engines.keys()].map((key) => this.#drop(key)));
  }

  async #drop(key: string): Promise<void> {
    const engine = this.#engines.get(key);
    this.#engines.delete(key);
    const created = await engine?.catch(() => undefined);
    await created?.dispose();
  }
}
