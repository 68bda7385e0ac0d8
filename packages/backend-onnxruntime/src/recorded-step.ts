import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { OnnxRuntimeBackend } from "./backend.ts";
import type { HostData } from "./graph/signature.ts";
import { planStages, type StagedPlan } from "./graph/staged-plan.ts";
import { hostArray, hostValue, sizeOf, type Value } from "./graph/value.ts";
import { inScope, recordOnly, tensorOf } from "./record-only.ts";
import { currentBackend } from "./register.ts";
import { type SumOverRanks, withStageMemory } from "./sums-over-ranks.ts";

/** Contents of a tensor that a step reads; they may differ from run to run. */
export interface StepInput {
  /** Row-major; not to be written to while the step runs. */
  data: Float32Array | Int32Array | number[];
  shape: readonly number[];
  /** Default: `float32`. */
  dtype?: "float32" | "int32";
}

/** What is passed to a step for the tensors `T` that its function reads: contents, or a number for a float32 scalar. */
export type StepInputs<T> = {
  readonly [K in keyof T]: NonNullable<T[K]> extends tf.Tensor ? StepInput | number : StepInputs<T[K]>;
};

/** The contents of the tensors `T` that a step returns. */
export type StepOutputs<T> = { readonly [K in keyof T]: HostData };

/** Options of {@link RecordedStep}. */
export interface RecordedStepOptions {
  /**
   * Compute convolutions, matmuls and their gradients in half precision, everything else in single; all inputs,
   * outputs and variables stay float32. Backends that compute at once ignore it. Default `false`.
   */
  autocast?: boolean;
  /**
   * Steps with the same name alternate: on the processor, what they record for inputs of which the largest has the same
   * shape shares its working memory. Each shape that is new is compiled together with those before. Default: none is shared.
   */
  sharedMemory?: string;
  /**
   * Computes the step's sums over ranks, `allReduce`: the step is cut there into stages, which run one after the other, with a
   * call for the numbers of each between them. What it leaves in place is what later stages read. When it fails, so does the run,
   * and every variable keeps the contents from before. Default: a step has no such sums.
   */
  sumOverRanks?: SumOverRanks;
}

/** What an input of the plan reads: a variable, an input of the step, or a value that never changes. */
type Source = (contents: ReadonlyMap<string, StepInput>) => Value;

/** A step as it was recorded for inputs of certain shapes. */
interface Recording extends StagedPlan {
  /** What the step computes. */
  computed: readonly Value[];
  /** What the inputs of each stage's plan read, where no other stage computes it. */
  sources: readonly (readonly Source[])[];
  /** Variables that the step assigns, and which of its results each is assigned. */
  assigned: ReadonlyMap<tf.Variable, number>;
  /** Outputs of the step by name, and which of its results each is. */
  outputs: ReadonlyMap<string, number>;
}

/**
 * A step, such as one of training: a function from named tensors to named tensors that may also assign variables. Names of
 * inputs can be grouped in records and lists: `{ images, lr: { weight, bias }, levels: [p3, p4] }`.
 *
 * It is recorded once for each set of input shapes and then run again and again with other contents. Running costs little
 * besides the computation: the function is not called again, so whatever changes from run to run must be an input or one of
 * the variables. On backends that compute at once the function is called at every run.
 *
 * @typeParam I the tensors that the function reads
 * @typeParam O the tensors that it returns
 */
export class RecordedStep<I extends object, O extends Readonly<Record<string, tf.Tensor>>> {
  readonly #run: (inputs: I) => O;
  readonly #variables: readonly tf.Variable[];
  readonly #options: RecordedStepOptions;
  readonly #recordings = new Map<string, Recording>();
  /** Memory of contents that a variable had two runs ago, for the next run to write to. */
  readonly #spare = new Map<tf.Variable, HostData>();
  /** The backend that the recordings are of. */
  #backend: OnnxRuntimeBackend | undefined;

  /** @param variables every variable that the function reads or assigns */
  constructor(run: (inputs: I) => O, variables: readonly tf.Variable[], options: RecordedStepOptions = {}) {
    this.#run = run;
    this.#variables = variables;
    this.#options = options;
  }

  /**
   * Runs the step and returns the contents of its outputs.
   *
   * Where the function throws while it is recorded, every variable keeps the contents from before.
   *
   * @throws LookonceError `ARGUMENT` when the function assigns a variable that is not among the step's
   */
  async run(inputs: StepInputs<I>): Promise<StepOutputs<O>> {
    const backend = currentBackend();
    if (backend === undefined) return this.#runAtOnce(inputs);
    const { recording, contents } = await this.#recordingFor(backend, inputs);
    return this.#replay(backend, recording, contents);
  }

  /**
   * Records the step for inputs of these shapes, so that it is compiled together with the next new step which shares its memory:
   * each that came later by itself would compile all of them anew.
   */
  async prepare(inputs: StepInputs<I>): Promise<void> {
    const backend = currentBackend();
    if (backend === undefined || this.#options.sharedMemory === undefined) return;
    const { recording, isNew } = await this.#recordingFor(backend, inputs);
    if (isNew) for (const { plan } of recording.stages) backend.announce(plan);
  }

  async #recordingFor(
    backend: OnnxRuntimeBackend,
    inputs: StepInputs<I>,
  ): Promise<{ recording: Recording; contents: ReadonlyMap<string, StepInput>; isNew: boolean }> {
    if (backend !== this.#backend) {
      this.#recordings.clear();
      this.#spare.clear();
      this.#backend = backend;
    }
    // A variable may still be pending from elsewhere, such as its first contents.
    if (backend.pending.size > 0) await backend.flush();
    const contents = new Map<string, StepInput>();
    mapInputs(inputs, (input, path) => contents.set(path, input));
    const key = [...contents].map(([path, { shape, dtype = "float32" }]) => `${path}:${dtype}:${shape}`).join(" ");
    const known = this.#recordings.get(key);
    const recording = known ?? this.#record(backend, inputs);
    this.#recordings.set(key, recording);
    return { recording, contents, isNew: known === undefined };
  }

  /** Frees the recordings and the memory of their compiled graphs. The step can be run again; it is recorded anew then. */
  async free(): Promise<void> {
    const plans = [...this.#recordings.values()].flatMap(({ stages }) => stages.map(({ plan }) => plan));
    this.#recordings.clear();
    this.#spare.clear();
    for (const plan of plans) await this.#backend?.freeGraph(plan);
  }

  #record(backend: OnnxRuntimeBackend, inputs: StepInputs<I>): Recording {
    return recordOnly(backend, (isNew) => {
      const recording = inScope(() => this.#call(backend, inputs));
      const assigned = new Set(recording.assigned.values());
      const strays = [...backend.pending].filter(isNew).length - assigned.size;
      if (strays === 0) return recording;
      throw new LookonceError(
        "ARGUMENT",
        `the step leaves ${strays} tensors behind besides its outputs: name every variable that it assigns, and keep no other tensor`,
      );
    });
  }

  /** Calls the function, with placeholders for its inputs and variables so that the recording keeps no contents alive. */
  #call(backend: OnnxRuntimeBackend, inputs: StepInputs<I>): Recording {
    const sources = new Map<Value, Source>();
    const placeholder = (name: string, { shape, dtype }: Pick<Value, "shape" | "dtype">, source: Source): tf.Tensor => {
      const value = { ...hostValue(shape, dtype), isInput: true, placeholder: name };
      sources.set(value, source);
      return tensorOf(backend, value);
    };
    const before = this.#variables.map((variable, i) => {
      variable.assign(placeholder(`variable ${i}`, backend.value(variable), () => backend.value(variable)));
      return backend.value(variable);
    });
    const tensors = mapInputs(inputs, ({ shape, dtype = "float32" }, path) =>
      placeholder(`input ${path}`, { shape: [...shape], dtype }, (contents) => inputValue(contents.get(path)!)),
    );
    const results = Object.entries<tf.Tensor>(this.#run(tensors as I));
    const outputs = results.map(([name, tensor]) => ({ name, value: backend.value(tensor) }));
    const assigned = this.#variables
      .map((variable) => ({ variable, value: backend.value(variable) }))
      .filter(({ value }, i) => value !== before[i]);
    const computed = [...new Set([...assigned, ...outputs].map(({ value }) => value))];
    const read = new Set(outputs.map(({ value }) => value));
    const resident = new Set(
      backend.keepsContents ? computed.filter((value) => canStay(value) && !read.has(value)) : [],
    );
    const { autocast, sharedMemory, sumOverRanks } = this.#options;
    const group = sharedMemory && `${sharedMemory} ${largestShape(inputs)}`;
    const planned = planStages(computed, { autocast, resident, group }, { isCut: sumOverRanks !== undefined });
    return {
      ...planned,
      computed,
      sources: planned.stages.map(({ plan }) => plan.inputs.map((value) => sources.get(value) ?? (() => value))),
      assigned: new Map(assigned.map(({ variable, value }) => [variable, computed.indexOf(value)])),
      outputs: new Map(outputs.map(({ name, value }) => [name, computed.indexOf(value)])),
    };
  }

  async #replay(
    backend: OnnxRuntimeBackend,
    recording: Recording,
    contents: ReadonlyMap<string, StepInput>,
  ): Promise<StepOutputs<O>> {
    const { computed, resident, assigned, outputs } = recording;
    const values = computed.map(({ shape, dtype }) => hostValue(shape, dtype));
    const read = new Set(outputs.values());
    for (const [variable, output] of assigned) {
      if (read.has(output) || resident.has(output)) continue;
      values[output]!.data = this.#spare.get(variable);
      this.#spare.delete(variable);
    }
    await this.#compute(backend, recording, { contents, values });
    const taken = new Set<number>();
    for (const [variable, output] of assigned) {
      const value = values[output]!;
      this.#assign(backend, variable, value);
      // Contents that two variables share belong to neither.
      if (taken.has(output)) owned.delete(value);
      else owned.add(value);
      taken.add(output);
    }
    return Object.fromEntries([...outputs].map(([name, output]) => [name, values[output]!.data])) as StepOutputs<O>;
  }

  /** Runs the stages, with the sums over ranks between them. */
  async #compute(
    backend: OnnxRuntimeBackend,
    { stages, sources, memory }: Recording,
    { contents, values }: { contents: ReadonlyMap<string, StepInput>; values: readonly Value[] },
  ): Promise<void> {
    const inputs = sources.map((ofStage) => ofStage.map((source) => source(contents)));
    const { sumOverRanks } = this.#options;
    const run = async (buffer?: ArrayBuffer): Promise<void> => {
      const passed = buffer && memory?.open(buffer);
      for (const [i, { plan, targets }] of stages.entries()) {
        await backend.replay(plan, {
          inputs: plan.inputs.map((value, k) => passed?.get(value) ?? inputs[i]![k]!),
          outputs: targets.map((target) => (typeof target === "number" ? values[target]! : passed!.get(target)!)),
        });
        for (const { offset, length, half } of memory?.blocks[i] ?? []) {
          await sumOverRanks?.(new Float32Array(buffer!, offset, length), { half });
        }
      }
    };
    await (sumOverRanks === undefined || memory === undefined
      ? run()
      : withStageMemory(sumOverRanks, memory.bytes, run));
  }

  /** Assigns a variable and keeps the memory of its old contents for the next run, where nothing else reads them. */
  #assign(backend: OnnxRuntimeBackend, variable: tf.Variable, value: Value): void {
    const { dataId } = variable;
    const old = backend.value(variable);
    const tensor = tensorOf(backend, value);
    variable.assign(tensor);
    tensor.dispose();
    if (!owned.has(old) || backend.isAlive(dataId)) return;
    old.resident?.free();
    if (old.data !== undefined && old.resident === undefined && !old.isExposed) this.#spare.set(variable, old.data);
  }

  async #runAtOnce(inputs: StepInputs<I>): Promise<StepOutputs<O>> {
    const outputs = tf.tidy(() =>
      this.#run(mapInputs(inputs, ({ data, shape, dtype }) => tf.tensor(data, [...shape], dtype)) as I),
    );
    const contents = Object.entries<tf.Tensor>(outputs).map(async ([name, tensor]) => [name, await tensor.data()]);
    const results = await Promise.all(contents);
    tf.dispose(outputs);
    return Object.fromEntries(results) as StepOutputs<O>;
  }
}

/** Values whose memory a run of a step allocated, and which only that step's variables use. */
const owned = new WeakSet<Value>();

/** Whether a variable's contents can stay where they were computed, for the next step to read them there. */
function canStay({ dtype, shape }: Value): boolean {
  return dtype === "float32" && sizeOf(shape) > 0;
}

/** The shape of the largest input. */
function largestShape(inputs: object): readonly number[] {
  let largest: readonly number[] = [];
  mapInputs(inputs, ({ shape }) => {
    if (sizeOf(shape) > sizeOf(largest)) largest = shape;
  });
  return largest;
}

/** The inputs with every tensor's contents mapped; their path is such as `lr.bias`. */
function mapInputs(inputs: object, map: (input: StepInput, path: string) => unknown, prefix = ""): unknown {
  const mapped = Object.entries(inputs).map(([name, input]: [string, StepInput | number | object]) => {
    const path = `${prefix}${name}`;
    if (typeof input === "number") return [name, map({ data: [input], shape: [] }, path)];
    return [name, "shape" in input ? map(input, path) : mapInputs(input, map, `${path}.`)];
  });
  return Array.isArray(inputs) ? mapped.map(([, value]) => value) : Object.fromEntries(mapped);
}

function inputValue({ data, shape, dtype = "float32" }: StepInput): Value {
  const Type = dtype === "int32" ? Int32Array : Float32Array;
  return hostValue([...shape], dtype, data instanceof Type ? data : hostArray(dtype, data));
}
