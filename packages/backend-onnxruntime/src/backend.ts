import { LookonceError } from "@lookonce/errors";
import {
  type BackendValues,
  type DataId,
  type DataType,
  engine,
  KernelBackend,
  type MemoryInfo,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import type { Engine, RuntimeOptions } from "./engine/engine.ts";
import type { AnyKernel } from "./graph/kernel.ts";
import type { KernelName } from "./graph/kernel-types.ts";
import { makePlan, type Plan } from "./graph/plan.ts";
import {
  type Binding,
  type OnnxRuntimeBackendOptions,
  SessionCache,
  type SessionStatistics,
} from "./graph/session-cache.ts";
import type { HostData, NumericType } from "./graph/signature.ts";
import {
  hostArray,
  hostValue,
  type Named,
  type Node,
  numbering,
  numericType,
  sizeOf,
  type Value,
} from "./graph/value.ts";
import { kernels } from "./kernels/index.ts";

/** What a backend knows of one of tfjs's data ids. */
interface Entry {
  readonly owner: OnnxRuntimeBackend;
  /** A value, or texts, which stay on the host: graphs do not compute with them. */
  readonly contents: Value | { readonly text: BackendValues };
  references: number;
}

const entryKey: unique symbol = Symbol("lookonce entry");

/** A data id with its entry as a property: the weak map of tfjs-core's `DataStorage` slows the garbage collector down. */
type Tagged = DataId & { [entryKey]?: Entry | undefined };

/**
 * A lazy TensorFlow.js backend on ONNX Runtime.
 *
 * A kernel call computes nothing: it is recorded. When a value is asked for (`await tensor.data()`) or at
 * {@link OnnxRuntimeBackend.flush}, all recorded calls that some living tensor still needs become one ONNX graph, which
 * is compiled once for its structure and run.
 */
export class OnnxRuntimeBackend extends KernelBackend {
  /** What calls that are recorded now belong to; for the names in graphs that are displayed. */
  scope = "";
  /** Whether calls that are recorded now are computed in single precision, whatever a graph's autocast. */
  isSingle = false;
  readonly #sessions: SessionCache;
  /** Values of living tensors that are not computed yet. */
  readonly #pending = new Set<Value>();
  /** Runs go one after the other. */
  #queue: Promise<void> = Promise.resolve();
  #nextNode = 0;
  #entries = 0;
  #bytes = 0;

  constructor(engine: Engine, options: OnnxRuntimeBackendOptions = {}) {
    super();
    this.#sessions = new SessionCache(engine, options);
  }

  /** How ONNX Runtime runs its graphs; what else is compiled for this device is to be run alike. */
  get runtime(): RuntimeOptions {
    return this.#sessions.runtime;
  }

  /** Largest sum of compiled graphs' working memory, in bytes. */
  get memoryBudget(): number {
    return this.#sessions.memoryBudget;
  }

  /** How many graphs were compiled and run so far. */
  get statistics(): Readonly<SessionStatistics> {
    return { ...this.#sessions.statistics };
  }

  /** Records a kernel call. Kernels of several outputs return a list. */
  record(name: KernelName, inputs: Named<TensorInfo>, attrs: object): TensorInfo | TensorInfo[] {
    const kernel: AnyKernel = kernels[name];
    const node: Node = {
      id: this.#nextNode++,
      kernel: name,
      signature: callNumber(
        `${name}(${Object.keys(inputs)})${JSON.stringify(attrs, spellNonFinite)}${this.isSingle ? "single" : ""}`,
      ),
      inputs: this.#valuesOf(inputs),
      attrs,
      outputs: [],
      scope: this.scope,
      isSingle: this.isSingle,
    };
    const inferred = kernel.infer(inputs, attrs);
    const outputs = [inferred].flat().map(({ shape, dtype }) => {
      const value = hostValue(shape, numericType(dtype));
      node.outputs.push(value);
      // Empty tensors have no contents to compute.
      if (sizeOf(shape) === 0) value.data = hostArray(value.dtype, 0);
      else value.producer = node;
      return { dataId: this.register(value), shape: [...shape], dtype };
    });
    const [first] = outputs;
    return Array.isArray(inferred) || first === undefined ? outputs : first;
  }

  #valuesOf(inputs: Named<TensorInfo>): Named<Value> {
    if (Array.isArray(inputs)) return inputs.map((input: TensorInfo) => this.value(input));
    return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input && this.value(input)]));
  }

  /** Another tensor of the same contents: one more reference. */
  share({ dataId, shape, dtype }: TensorInfo): TensorInfo {
    this.incRef(dataId);
    return { dataId, shape, dtype };
  }

  /** Makes a value known to tfjs, with one reference. */
  register(value: Value): DataId {
    return this.#add({}, value, 1);
  }

  #add(dataId: Tagged, contents: Entry["contents"], references: number): DataId {
    dataId[entryKey] = { owner: this, contents, references };
    this.#entries++;
    if ("text" in contents) return dataId;
    this.#bytes += byteSize(contents);
    if (contents.producer !== undefined) this.#pending.add(contents);
    return dataId;
  }

  #find(dataId: Tagged): Entry | undefined {
    const entry = dataId[entryKey];
    return entry?.owner === this ? entry : undefined;
  }

  /** The entry of an id, moved from another backend where it is there. */
  #entry(dataId: DataId): Entry {
    if (!this.isAlive(dataId)) engine().moveData(this, dataId);
    const entry = this.#find(dataId);
    if (entry === undefined) throw new LookonceError("ARGUMENT", "a tensor that was disposed of is used");
    return entry;
  }

  /** The value of a tensor. @throws LookonceError `UNSUPPORTED` for texts */
  value(tensor: TensorInfo): Value {
    const { contents } = this.#entry(tensor.dataId);
    if (!("text" in contents)) return contents;
    throw new LookonceError(
      "UNSUPPORTED",
      "tensors of text cannot be computed with on this device; keep them on the host",
    );
  }

  /** Whether some tensor has this id. */
  isAlive(dataId: DataId): boolean {
    return this.#find(dataId) !== undefined;
  }

  /** Marks a tensor whose contents change from call to call: graphs have it as an input and never as a constant. */
  markInput(tensor: TensorInfo): void {
    this.value(tensor).isInput = true;
  }

  /** Computes every recorded call that a living tensor needs, as one graph. */
  flush(): Promise<void> {
    return this.#inTurn(async () => {
      const outputs = [...this.#pending];
      if (outputs.length === 0) return;
      try {
        await this.#sessions.run(makePlan(outputs));
      } finally {
        for (const value of outputs) this.#pending.delete(value);
      }
    });
  }

  /** Frees the memory of compiled graphs; those that are run again are compiled again. */
  freeGraphs(): Promise<void> {
    return this.#inTurn(() => this.#sessions.clear());
  }

  /** Frees the memory of one plan's compiled graph. */
  freeGraph(plan: Plan): Promise<void> {
    return this.#inTurn(() => this.#sessions.drop(plan));
  }

  /** Whether contents can stay in the device's memory from one run to the next. */
  get keepsContents(): boolean {
    return this.runtime.executionProviders[0] === "webgpu";
  }

  /** Sees to it that contents are on the host. */
  async fetch(values: readonly Value[]): Promise<void> {
    const away = values.filter(({ data, resident }) => data === undefined && resident !== undefined);
    for (const value of away) await this.#inTurn(() => this.#sessions.fetch(value));
  }

  /** Has a plan of a group compiled together with the next new one of that group. */
  announce(plan: Plan): void {
    this.#sessions.announce(plan);
  }

  /** Runs a plan with other contents than it was recorded with. */
  replay(plan: Plan, binding: Binding): Promise<void> {
    return this.#inTurn(() => this.#sessions.run(plan, binding));
  }

  /** The values of living tensors that are not computed yet. */
  get pending(): ReadonlySet<Value> {
    return this.#pending;
  }

  /** Drops the calls behind a pending value: they were recorded for another use, and are never computed. */
  forget(value: Value): void {
    this.#pending.delete(value);
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const run = this.#queue.then(task);
    // A failed run must not fail the runs after it.
    this.#queue = run.catch(() => undefined);
    return run;
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const dataId: DataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(dataId: DataId, values: BackendValues, shape: number[], dtype: DataType, references: number): void {
    this.#add(dataId, dtype === "string" ? { text: values } : uploaded(values, shape, numericType(dtype)), references);
  }

  override async read(dataId: DataId): Promise<BackendValues> {
    const { contents } = this.#entry(dataId);
    if ("text" in contents) return contents.text;
    if (contents.data === undefined && contents.resident === undefined) {
      // A tensor that is disposed of while it is read still gets its contents.
      this.#pending.add(contents);
      await this.flush();
    }
    await this.fetch([contents]);
    contents.isExposed = true;
    return contents.data as unknown as BackendValues;
  }

  override readSync(dataId: DataId): BackendValues {
    const { contents } = this.#entry(dataId);
    if ("text" in contents) return contents.text;
    if (contents.data === undefined) {
      throw new LookonceError(
        "UNSUPPORTED",
        "this device computes asynchronously: use `await tensor.data()` in place of `tensor.dataSync()`",
      );
    }
    contents.isExposed = true;
    return contents.data;
  }

  override incRef(dataId: DataId): void {
    const entry = this.#find(dataId);
    if (entry !== undefined) entry.references++;
  }

  override refCount(dataId: DataId): number {
    return this.#find(dataId)?.references ?? 0;
  }

  override disposeData(dataId: Tagged, force = false): boolean {
    const entry = this.#find(dataId);
    if (entry === undefined) return true;
    entry.references--;
    if (!force && entry.references > 0) return false;
    dataId[entryKey] = undefined;
    this.#entries--;
    if ("text" in entry.contents) return true;
    this.#bytes -= byteSize(entry.contents);
    // A call that still needs it keeps it alive; nothing else does.
    this.#pending.delete(entry.contents);
    return true;
  }

  override numDataIds(): number {
    return this.#entries;
  }

  override memory(): { unreliable: boolean; reasons: string[] } & Partial<MemoryInfo> {
    return {
      unreliable: true,
      reasons: ["Computed when asked for: contents without a tensor exist only while their graph runs."],
      numBytes: this.#bytes,
    };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override async time(run: () => void): Promise<{ kernelMs: number }> {
    await this.flush();
    const start = performance.now();
    run();
    await this.flush();
    return { kernelMs: performance.now() - start };
  }

  override dispose(): void {
    this.#pending.clear();
    void this.#queue.then(() => this.#sessions.clear());
  }
}

/** A value of contents that tfjs uploads; without contents, of zeros. */
function uploaded(values: BackendValues, shape: number[], dtype: NumericType): Value {
  const data = isHostArray(values, dtype)
    ? values
    : hostArray(dtype, (values ?? sizeOf(shape)) as unknown as ArrayLike<number>);
  return hostValue([...shape], dtype, data);
}

function isHostArray(values: BackendValues, dtype: NumericType): values is Extract<BackendValues, HostData> {
  if (dtype === "float32") return values instanceof Float32Array;
  return dtype === "int32" ? values instanceof Int32Array : values.constructor === Uint8Array;
}

function byteSize({ shape, dtype }: Value): number {
  return sizeOf(shape) * (dtype === "bool" ? 1 : 4);
}

/** One number for each kernel, names of inputs and set of attributes. */
const callNumber: (text: string) => number = numbering();

function spellNonFinite(_: string, value: unknown): unknown {
  return typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
    ? `number ${1 / value} ${value}`
    : value;
}
