import { totalmem } from "node:os";
import { GraphBuilder, type OnnxModel } from "@lookonce/onnx";
import { findBlockSize } from "./block-size.ts";
import { buildGraph } from "./build.ts";
import { findFilterGradients } from "./filter-gradient-forms.ts";
import type { Plan } from "./plan.ts";
import { Residents } from "./residents.ts";
import { compile, hostTensor, type RuntimeOptions, type RuntimeTensor, type Session } from "./runtime.ts";
import type { HostData } from "./signature.ts";
import type { Value } from "./value.ts";

/** Options of the backend. */
export interface OnnxRuntimeBackendOptions {
  /** ONNX Runtime's execution providers, in the order of preference. Default: `["cpu"]`. */
  executionProviders?: readonly string[];
  /** Threads that one operator may use. Default: ONNX Runtime's choice, one a core. */
  threads?: number;
  /** How many graphs stay compiled; the one unused for longest goes first. Default: 128. */
  capacity?: number;
  /** Largest sum of compiled graphs' working memory, in bytes, kept likewise. Default: half of the machine's memory. */
  memoryBudget?: number;
  /**
   * Whether images may have their channels in blocks, as ONNX Runtime's fastest convolutions on the processor want them.
   * Default: for the gradients of filters unless the environment has `LOOKONCE_BLOCKS=off`, and for all else where it has
   * `LOOKONCE_BLOCKS=on`.
   */
  blocks?: boolean;
}

interface Compiled {
  session: Session;
  /** The session's inputs for the plan's inputs and constants, in their order; `undefined` for those it does not read. */
  names: (string | undefined)[];
  /** Contents of the plan's constants that are written into the graph; `undefined` for those that are inputs. */
  written: (HostData | undefined)[];
  /** By how much its first run made the process grow: ONNX Runtime keeps a graph's working memory for its next run. */
  bytes: number | undefined;
  /** Its outputs in the device's memory. */
  readonly residents: Residents;
}

/** Values that stand in for a plan's inputs and outputs. */
export type Binding = Pick<Plan, "inputs" | "outputs">;

/** How many graphs were compiled and run, for tests and for judging a training step. */
export interface SessionStatistics {
  compiled: number;
  runs: number;
}

/** Runs plans on ONNX Runtime, compiling each structure once. */
export class SessionCache {
  readonly statistics: SessionStatistics = { compiled: 0, runs: 0 };
  readonly runtime: RuntimeOptions;
  readonly memoryBudget: number;
  readonly #capacity: number;
  readonly #blocks: boolean | undefined;
  readonly #compiled = new Map<string, Compiled>();
  /** Graphs that return their input, for fetching contents: one for each number of dimensions. */
  readonly #copies = new Map<number, Promise<Session>>();

  constructor(options: OnnxRuntimeBackendOptions) {
    const { executionProviders = ["cpu"], threads, capacity = 128, memoryBudget = totalmem() / 2 } = options;
    this.runtime = { executionProviders, ...(threads === undefined ? {} : { threads }) };
    this.memoryBudget = memoryBudget;
    this.#capacity = capacity;
    this.#blocks = options.blocks ?? { on: true, off: false }[process.env.LOOKONCE_BLOCKS ?? ""];
  }

  /** Computes the plan's outputs; `binding` has what to read and write in place of its own inputs and outputs. */
  async run(plan: Plan, binding: Binding = plan): Promise<void> {
    const compiled = await this.#compiledFor(plan);
    const feeds: Record<string, RuntimeTensor> = {};
    for (const [i, value] of [...binding.inputs, ...plan.constants].entries()) {
      const name = compiled.names[i];
      if (name !== undefined) feeds[name] = tensorOf(value);
    }
    const before = compiled.bytes === undefined ? process.memoryUsage.rss() : 0;
    // An output that has memory already is written there.
    const fetches = binding.outputs.map((value, i) => [
      outputName(i),
      value.data ? hostTensor(value, value.data) : null,
    ]);
    const results = await compiled.session.run(feeds, Object.fromEntries(fetches));
    this.statistics.runs++;
    compiled.bytes ??= Math.max(0, process.memoryUsage.rss() - before);
    for (const [i, value] of binding.outputs.entries()) {
      const result = results[outputName(i)];
      // Contents can be on the host although they were to stay on the device.
      if (plan.resident.has(i) && result?.location === "gpu-buffer") compiled.residents.keep(value, result);
      else value.data ??= contentsOf(result);
      value.producer = undefined;
      value.isInput = true;
    }
    await this.#evict();
  }

  /** Copies contents that are only in the device's memory to the host. */
  async fetch(value: Value): Promise<void> {
    if (value.data !== undefined || value.resident === undefined) return;
    const rank = value.shape.length;
    const copy = this.#copies.get(rank) ?? compile(identityModel(rank), this.runtime);
    this.#copies.set(rank, copy);
    // onnxruntime-node 1.30 ends the process when the contents of a device's tensor are read: a graph copies them.
    const { y } = await (await copy).run({ x: value.resident.tensor }, { y: null });
    value.data = contentsOf(y);
  }

  /** Frees what was compiled for a plan; it is compiled again when it runs again. */
  async drop({ key }: Plan): Promise<void> {
    const compiled = this.#compiled.get(key);
    this.#compiled.delete(key);
    if (compiled !== undefined) await this.#release(compiled);
  }

  /** Frees a compiled graph, after fetching its contents that may still be read. */
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

  async #compiledFor(plan: Plan): Promise<Compiled> {
    const known = this.#compiled.get(plan.key);
    if (known !== undefined) this.#compiled.delete(plan.key);
    const written = plan.constants.map(({ data }, i) => {
      if (known === undefined) return data;
      const before = known.written[i];
      return before !== undefined && data !== undefined && equal(before, data) ? before : undefined;
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
    const [provider] = this.runtime.executionProviders;
    const hasFilterGradient = plan.nodes.some(({ kernel }) => kernel === "Conv2DBackpropFilter");
    const mayBlock = provider === "cpu" && this.#blocks !== false;
    const { graph, inputs } = buildGraph(plan, {
      target: provider === "webgpu" ? "webgpu" : "onnxruntime",
      block: this.#blocks && provider === "cpu" ? await findBlockSize() : undefined,
      filterGradients: hasFilterGradient && mayBlock ? await findFilterGradients() : undefined,
      isConstant: (value) => constants.has(value),
      namesGradients: true,
    });
    const session = await compile(graph.build(), this.runtime, [...plan.resident].map(outputName));
    this.statistics.compiled++;
    const names = [...plan.inputs, ...plan.constants].map((value) => inputs.get(value));
    return { session, names, written, bytes: undefined, residents: new Residents() };
  }

  /** Frees the graphs unused for longest, never the last one used, until number and memory are within bounds. */
  async #evict(): Promise<void> {
    let bytes = 0;
    for (const compiled of this.#compiled.values()) bytes += compiled.bytes ?? 0;
    for (const [key, oldest] of this.#compiled) {
      const isWithin = this.#compiled.size <= this.#capacity && bytes <= this.memoryBudget;
      if (this.#compiled.size <= 1 || isWithin) return;
      this.#compiled.delete(key);
      bytes -= oldest.bytes ?? 0;
      await this.#release(oldest);
    }
  }
}

/** The name of a plan's n-th output in its graph. */
function outputName(i: number): string {
  return `output${i}`;
}

function tensorOf(value: Value): RuntimeTensor {
  if (value.resident !== undefined) return value.resident.tensor;
  if (value.data === undefined) throw new Error("internal: a graph reads a value without contents");
  return hostTensor(value, value.data);
}

function contentsOf(tensor: RuntimeTensor | undefined): HostData {
  return tensor?.data as HostData;
}

function identityModel(rank: number): OnnxModel {
  const shape = Array.from({ length: rank }, (_, i) => `d${i}`);
  const graph = new GraphBuilder({ name: "fetch" });
  graph.output(graph.node("Identity", [graph.input("x", "float32", shape)], {}, { outputs: ["y"] }), "float32", shape);
  return graph.build();
}

function equal(a: HostData, b: HostData): boolean {
  return a.length === b.length && a.every((value: number, i: number) => Object.is(value, b[i]));
}
