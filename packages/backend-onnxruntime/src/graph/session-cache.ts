import { LookonceError } from "@lookonce/errors";
import { GraphBuilder, type OnnxModel, serializeModel } from "@lookonce/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { buildGraph } from "./build.ts";
import type { Plan } from "./plan.ts";
import { Residents } from "./residents.ts";
import { type HostData, sizeOf, type Value } from "./value.ts";

/** Options of {@link SessionCache}. */
export interface SessionCacheOptions {
  /** ONNX Runtime's execution providers, in the order of preference. */
  executionProviders: readonly string[];
  /** Threads that one operator may use; ONNX Runtime chooses when not given. */
  threads?: number;
  /** How many graphs stay compiled; the one unused for longest goes first. */
  capacity: number;
  /** Bytes of working memory that compiled graphs may hold together before the ones unused for longest go. */
  memoryBudget: number;
}

interface Compiled {
  session: InferenceSession;
  /** Where each input of the session comes from: the n-th input or constant of the plan. */
  feeds: readonly { name: string; from: "inputs" | "constants"; index: number }[];
  outputNames: readonly string[];
  /** Contents of the plan's constants that are written into the graph; `undefined` for those that are inputs. */
  written: (HostData | undefined)[];
  /** By how much its first run made the process grow: ONNX Runtime keeps a graph's working memory for its next run. */
  bytes: number | undefined;
  /** What it left in the device's memory. */
  readonly residents: Residents;
}

/** Values that stand in for a plan's inputs and outputs. */
export type Binding = Pick<Plan, "inputs" | "outputs">;

/** Counts of what a cache did, for tests and for judging a training step. */
export interface SessionStatistics {
  /** Graphs compiled. */
  compiled: number;
  /** Graphs run. */
  runs: number;
}

/** Runs plans on ONNX Runtime, compiling each structure once. */
export class SessionCache {
  readonly statistics: SessionStatistics = { compiled: 0, runs: 0 };
  readonly #options: SessionCacheOptions;
  readonly #compiled = new Map<string, Compiled>();
  /** Graphs that hand their input on, for fetching contents: one for each number of dimensions. */
  readonly #copies = new Map<number, Promise<InferenceSession>>();

  constructor(options: SessionCacheOptions) {
    this.#options = options;
  }

  /**
   * Computes the plan's outputs.
   *
   * @param binding what to read in place of the plan's inputs and where to leave the outputs' contents, in the plan's
   * order: a plan that runs again with other contents. Default: the plan's own values.
   */
  async run(plan: Plan, binding: Binding = plan): Promise<void> {
    const compiled = await this.#lookUp(plan);
    const feeds: Record<string, Tensor> = {};
    const read = { inputs: binding.inputs, constants: plan.constants };
    for (const { name, from, index } of compiled.feeds) feeds[name] = tensorOf(read[from][index] as Value);
    const before = compiled.bytes === undefined ? process.memoryUsage.rss() : 0;
    // An output that has memory already is written there.
    const fetches = Object.fromEntries(
      binding.outputs.map((value, i) => [
        compiled.outputNames[i] as string,
        value.data === undefined ? null : hostTensor(value, value.data),
      ]),
    );
    const results = await this.#execute(compiled, feeds, fetches);
    this.statistics.runs++;
    compiled.bytes ??= Math.max(0, process.memoryUsage.rss() - before);
    binding.outputs.forEach((value, i) => {
      const result = results[compiled.outputNames[i] as string] as Tensor;
      // Where the runtime put contents on the host after all, they are taken from there.
      if (plan.resident.has(i) && result.location === "gpu-buffer") compiled.residents.keep(value, result);
      else value.data ??= result.data as HostData;
      value.producer = undefined;
      value.isInput = true;
    });
    await this.#evict();
  }

  async #execute(
    { session }: Compiled,
    feeds: Record<string, Tensor>,
    fetches: Record<string, Tensor | null>,
  ): Promise<InferenceSession.ReturnType> {
    try {
      return await session.run(feeds, fetches);
    } catch (cause) {
      const { executionProviders } = this.#options;
      throw new LookonceError(
        "DEVICE",
        `ONNX Runtime failed on ${executionProviders.join(", ")}: ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  /** Copies contents that are only in the device's memory to the host. */
  async fetch(value: Value): Promise<void> {
    if (value.data !== undefined || value.resident === undefined) return;
    const rank = value.shape.length;
    const copy = this.#copies.get(rank) ?? this.#createSession(identityModel(rank));
    this.#copies.set(rank, copy);
    // onnxruntime-node 1.30 ends the process when a tensor of the device is asked for its contents: a graph copies them.
    const { y } = await (await copy).run({ x: value.resident.tensor });
    value.data = (y as Tensor).data as HostData;
  }

  /** Frees what was compiled for a plan; it is compiled again when it runs again. */
  async drop({ key }: Plan): Promise<void> {
    const compiled = this.#compiled.get(key);
    this.#compiled.delete(key);
    if (compiled !== undefined) await this.#release(compiled);
  }

  /** Frees a compiled graph, after contents that it holds and somebody may read. */
  async #release({ session, residents }: Compiled): Promise<void> {
    for (const value of residents.living) await this.fetch(value);
    residents.clear();
    await session.release();
  }

  /** Frees every compiled graph. */
  async clear(): Promise<void> {
    const all = [...this.#compiled.values()];
    this.#compiled.clear();
    for (const compiled of all) await this.#release(compiled);
    for (const copy of this.#copies.values()) await (await copy).release();
    this.#copies.clear();
  }

  async #lookUp(plan: Plan): Promise<Compiled> {
    const known = this.#compiled.get(plan.key);
    if (known !== undefined) this.#compiled.delete(plan.key);
    const written = plan.constants.map((value, i) => {
      if (known === undefined) return value.data;
      const before = known.written[i];
      return before !== undefined && equal(before, value.data as HostData) ? before : undefined;
    });
    // A constant that differs from the last run is promoted to an input: it is likely to differ again.
    const isCurrent = known?.written.every((before, i) => before === written[i]) ?? false;
    let compiled = known;
    if (compiled === undefined || !isCurrent) {
      if (known !== undefined) await this.#release(known);
      compiled = await this.#compile(plan, written);
    }
    this.#compiled.set(plan.key, compiled);
    return compiled;
  }

  async #compile(plan: Plan, written: (HostData | undefined)[]): Promise<Compiled> {
    const constants = new Set(plan.constants.filter((_, i) => written[i] !== undefined));
    const { graph, inputs, outputs } = buildGraph(plan, {
      target: this.#options.executionProviders[0] === "webgpu" ? "webgpu" : "onnxruntime",
      isConstant: (value) => constants.has(value),
    });
    const staying = outputs.filter((_, i) => plan.resident.has(i)).map(({ name }) => name);
    const session = await this.#createSession(graph.build(), staying);
    this.statistics.compiled++;
    const places = new Map<Value, { from: "inputs" | "constants"; index: number }>();
    plan.inputs.forEach((value, index) => {
      places.set(value, { from: "inputs", index });
    });
    plan.constants.forEach((value, index) => {
      places.set(value, { from: "constants", index });
    });
    return {
      session,
      feeds: inputs.map(({ name, value }) => ({ name, ...(places.get(value) as { from: "inputs"; index: number }) })),
      outputNames: outputs.map(({ name }) => name),
      written,
      bytes: undefined,
      residents: new Residents(),
    };
  }

  async #createSession(model: OnnxModel, staying: readonly string[] = []): Promise<InferenceSession> {
    const { executionProviders, threads } = this.#options;
    try {
      return await InferenceSession.create(serializeModel(model), {
        executionProviders: [...executionProviders],
        // The lowering leaves little to optimize, and looking for it takes seconds for a training step's thousands of nodes.
        graphOptimizationLevel: "disabled",
        enableMemPattern: false,
        logSeverityLevel: 3,
        ...(staying.length === 0 ? {} : { preferredOutputLocation: onDevice(staying) }),
        ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      });
    } catch (cause) {
      throw new LookonceError(
        "DEVICE",
        `ONNX Runtime refused a graph on ${executionProviders.join(", ")}: ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  /** Frees the graphs unused for longest, never the last one used, until number and memory are within bounds. */
  async #evict(): Promise<void> {
    const { capacity, memoryBudget } = this.#options;
    let bytes = 0;
    for (const compiled of this.#compiled.values()) bytes += compiled.bytes ?? 0;
    while (this.#compiled.size > 1 && (this.#compiled.size > capacity || bytes > memoryBudget)) {
      const [key, oldest] = this.#compiled.entries().next().value as [string, Compiled];
      this.#compiled.delete(key);
      bytes -= oldest.bytes ?? 0;
      await this.#release(oldest);
    }
  }
}

function tensorOf(value: Value): Tensor {
  return value.resident?.tensor ?? hostTensor(value, value.data as HostData);
}

function hostTensor({ dtype, shape }: Value, data: HostData): Tensor {
  return new Tensor(dtype as "float32", data as Float32Array, shape);
}

function onDevice(names: readonly string[]): Record<string, "gpu-buffer"> {
  return Object.fromEntries(names.map((name) => [name, "gpu-buffer"]));
}

function identityModel(rank: number): OnnxModel {
  const shape = Array.from({ length: rank }, (_, i) => `d${i}`);
  const graph = new GraphBuilder({ name: "fetch" });
  graph.output(graph.node("Identity", [graph.input("x", "float32", shape)], {}, { outputs: ["y"] }), "float32", shape);
  return graph.build();
}

function equal(a: HostData, b: HostData): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

/** Bytes that a value takes. */
export function byteSize(value: Value): number {
  return sizeOf(value.shape) * (value.dtype === "bool" ? 1 : 4);
}
