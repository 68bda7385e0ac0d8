import { GraphBuilder, type OnnxModel } from "@lookonce/onnx";
import type { Engine, RuntimeOptions, RuntimeTensor, Session } from "../engine/engine.ts";
import { findBlockSize } from "./block-size.ts";
import { Compiled, lower } from "./compiled.ts";
import { findFilterGradients } from "./filter-gradient-forms.ts";
import type { Plan } from "./plan.ts";
import type { HostData } from "./signature.ts";
import { operandsOf, type Value } from "./value.ts";

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
   * Default: unless the environment has `LOOKONCE_BLOCKS=off`.
   */
  blocks?: boolean;
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
  readonly engine: Engine;
  readonly runtime: RuntimeOptions;
  readonly memoryBudget: number;
  readonly #capacity: number;
  readonly #blocks: boolean;
  /** What is compiled, by the keys of its plans. */
  readonly #compiled = new Map<string, Compiled>();
  /** Plans of groups that are to be compiled with the next new one of their group. */
  readonly #announced = new Set<Plan>();
  /** Graphs that return their input, for fetching contents: one for each number of dimensions. */
  readonly #copies = new Map<number, Promise<Session>>();

  constructor(engine: Engine, options: OnnxRuntimeBackendOptions) {
    const { executionProviders = ["cpu"], threads, capacity = 128, memoryBudget = engine.memoryBudget } = options;
    this.engine = engine;
    this.runtime = { executionProviders, ...(threads === undefined ? {} : { threads }) };
    this.memoryBudget = memoryBudget;
    this.#capacity = capacity;
    this.#blocks = options.blocks ?? engine.blocks;
  }

  /** Computes the plan's outputs; `binding` has what to read and write in place of its own inputs and outputs. */
  async run(plan: Plan, binding: Binding = plan): Promise<void> {
    const compiled = await this.#compiledFor(plan);
    const inputs = [...binding.inputs, ...plan.constants].map((value) => this.#tensorOf(value));
    // An output that has memory already is written there.
    const outputs = binding.outputs.map((value) => (value.data ? this.engine.tensor(value, value.data) : null));
    const results = await compiled.run(plan, inputs, outputs);
    this.statistics.runs++;
    for (const [i, value] of binding.outputs.entries()) {
      const result = results[i];
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
    const copy = this.#copies.get(rank) ?? this.engine.compile(identityModel(rank), this.runtime);
    this.#copies.set(rank, copy);
    // onnxruntime-node 1.30 ends the process when the contents of a device's tensor are read: a graph copies them.
    const { y } = await (await copy).run({ x: value.resident.tensor }, { y: null });
    value.data = contentsOf(y);
  }

  /** Has a plan of a group compiled together with the next new one of that group. Other devices compile each by itself. */
  announce(plan: Plan): void {
    if (plan.group !== undefined && this.#sharesMemory && !this.#compiled.has(plan.key)) this.#announced.add(plan);
  }

  /** Frees what was compiled for a plan and its group; it is compiled again when it runs again. */
  async drop(plan: Plan): Promise<void> {
    this.#announced.delete(plan);
    const compiled = this.#compiled.get(plan.key);
    if (compiled !== undefined) await this.#release(compiled);
  }

  /** Frees a compiled graph, after fetching its contents that may still be read. */
  async #release(compiled: Compiled): Promise<void> {
    for (const key of compiled.members.keys()) this.#compiled.delete(key);
    for (const value of compiled.residents.living) await this.fetch(value);
    compiled.residents.clear();
    await compiled.release();
  }

  #tensorOf(value: Value): RuntimeTensor {
    if (value.resident !== undefined) return value.resident.tensor;
    if (value.data === undefined) throw new Error("internal: a graph reads a value without contents");
    return this.engine.tensor(value, value.data);
  }

  /** Frees every compiled graph. */
  async clear(): Promise<void> {
    for (const compiled of new Set(this.#compiled.values())) await this.#release(compiled);
    for (const copy of this.#copies.values()) await (await copy).release();
    this.#copies.clear();
    this.#announced.clear();
  }

  async #compiledFor(plan: Plan): Promise<Compiled> {
    const known = this.#compiled.get(plan.key);
    const before = known?.members.get(plan.key)?.written;
    const written = plan.constants.map(({ data }, i) => {
      if (before === undefined) return data;
      const old = before[i];
      return old !== undefined && data !== undefined && equal(old, data) ? old : undefined;
    });
    // A constant that differs from the last run is promoted to an input: it is likely to differ again.
    const isCurrent = before?.every((old, i) => old === written[i]) ?? false;
    let compiled = known;
    if (compiled === undefined || !isCurrent) {
      const shared = known ?? this.#ofGroup(plan);
      const others = [...(shared?.members.values() ?? [])].filter((member) => member.plan.key !== plan.key);
      if (shared !== undefined) await this.#release(shared);
      const announced = [...this.#announced].filter(({ group, key }) => group === plan.group && key !== plan.key);
      const lowered = [lower(plan, written, await this.#buildOptions(plan))];
      for (const each of announced) {
        const contents = each.constants.map(({ data }) => data);
        lowered.push(lower(each, contents, await this.#buildOptions(each)));
      }
      compiled = await Compiled.of([...others, ...lowered], this.engine, this.runtime);
      for (const each of [plan, ...announced]) this.#announced.delete(each);
      this.statistics.compiled++;
    }
    // What was used last comes last.
    for (const key of compiled.members.keys()) {
      this.#compiled.delete(key);
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }

  /** What the graphs of this plan may have. */
  async #buildOptions(plan: Plan): Promise<Parameters<typeof lower>[2]> {
    const [provider] = this.runtime.executionProviders;
    const hasFilterGradient = plan.nodes.some(({ kernel }) => kernel === "Conv2DBackpropFilter");
    // Only images have channels in blocks: most graphs besides a network's need not wait for what tries the operators.
    const hasImage = plan.nodes.some((node) =>
      [...operandsOf(node), ...node.outputs].some(({ shape }) => shape.length === 4),
    );
    const mayBlock = provider === "cpu" && this.#blocks && hasImage;
    return {
      isProfiled: this.engine.isProfiled,
      target: provider === "webgpu" ? "webgpu" : "onnxruntime",
      block: mayBlock ? await findBlockSize(this.engine) : undefined,
      filterGradients: hasFilterGradient && mayBlock ? await findFilterGradients(this.engine) : undefined,
    };
  }

  /** Other devices than the processor compute no graphs within graphs. */
  get #sharesMemory(): boolean {
    return this.runtime.executionProviders[0] === "cpu";
  }

  /** What is compiled of the plan's group. */
  #ofGroup({ group }: Plan): Compiled | undefined {
    if (group === undefined || !this.#sharesMemory) return undefined;
    const isOfGroup = ({ members }: Compiled): boolean =>
      [...members.values()].some((member) => member.plan.group === group);
    return [...this.#compiled.values()].find(isOfGroup);
  }

  /** Frees the graphs unused for longest, never the last one used, until number and memory are within bounds. */
  async #evict(): Promise<void> {
    const oldest = [...new Set(this.#compiled.values())];
    let bytes = oldest.reduce((sum, compiled) => sum + compiled.bytes, 0);
    for (const compiled of oldest.slice(0, -1)) {
      if (this.#compiled.size <= this.#capacity && bytes <= this.memoryBudget) return;
      bytes -= compiled.bytes;
      await this.#release(compiled);
    }
  }
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
