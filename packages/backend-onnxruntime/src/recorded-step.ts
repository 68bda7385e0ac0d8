import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { OnnxRuntimeBackend } from "./backend.ts";
import { makePlan, type Plan } from "./graph/plan.ts";
import { type HostData, hostArray, hostValue, sizeOf, type Value } from "./graph/value.ts";
import { currentBackend } from "./register.ts";

/** Contents that a step takes; they may differ from run to run. */
export interface StepInput {
  /** Row-major; not to be written to while the step runs. */
  data: Float32Array | Int32Array | readonly number[];
  shape: readonly number[];
  /** Default: `float32`. */
  dtype?: "float32" | "int32";
}

/** What a step computes: tensors in, tensors out; it may assign variables on the way. */
export type StepFunction = (...inputs: tf.Tensor[]) => readonly tf.Tensor[];

/** Options of {@link RecordedStep}. */
export interface RecordedStepOptions {
  /**
   * Compute convolutions, products of matrices and their gradients in half precision, everything else in single; all
   * inputs, results and variables stay float32. Backends that compute at once pay no heed to it. Default `false`.
   */
  autocast?: boolean;
}

/** A step as it was recorded for inputs of certain shapes. */
interface Recording {
  plan: Plan;
  /** For each input of the plan: which variable or which input of the step it is, or a value that stays. */
  sources: ({ variable: number } | { input: number } | { value: Value })[];
  /** For each variable, which output of the plan it takes; `-1` for those that the step leaves alone. */
  assigned: number[];
  /** For each result of the step, which output of the plan it is. */
  results: number[];
}

/**
 * A step, such as one of training, that is recorded once for each set of input shapes and then run again and again with
 * other contents. Running costs little besides the computation: the step's function is not called again, so whatever
 * changes from run to run must be an input or one of the variables.
 *
 * On backends that compute at once the function is called at every run.
 */
export class RecordedStep {
  readonly #run: StepFunction;
  readonly #variables: readonly tf.Variable[];
  readonly #options: RecordedStepOptions;
  readonly #recordings = new Map<string, Recording>();
  /** Memory of contents that a variable had two runs ago, by the variable's number, for the next run to write to. */
  readonly #spare = new Map<number, HostData>();
  /** The backend that the recordings are of. */
  #backend: OnnxRuntimeBackend | undefined;

  /** @param variables all that the function reads and assigns, or may come to change otherwise */
  constructor(run: StepFunction, variables: readonly tf.Variable[], options: RecordedStepOptions = {}) {
    this.#run = run;
    this.#variables = variables;
    this.#options = options;
  }

  /**
   * Runs the step and gives the contents of its results.
   *
   * @throws LookonceError `ARGUMENT` when the function assigns a variable that the step was not told of
   */
  async run(inputs: readonly StepInput[]): Promise<HostData[]> {
    const backend = currentBackend();
    if (backend === undefined) return this.#runAtOnce(inputs);
    if (backend !== this.#backend) {
      this.#recordings.clear();
      this.#spare.clear();
      this.#backend = backend;
    }
    // A variable may still be pending from elsewhere, such as its first contents.
    if (backend.pending.size > 0) await backend.flush();
    const key = inputs.map(({ shape, dtype = "float32" }) => `${dtype}:${shape}`).join(" ");
    let recording = this.#recordings.get(key);
    if (recording === undefined) {
      await backend.fetch(this.#variables.map((variable) => backend.held(variable)));
      recording = this.#record(backend, inputs);
      this.#recordings.set(key, recording);
    }
    return this.#replay(backend, recording, inputs);
  }

  /** Frees the recordings and the memory of their compiled graphs. The step can be run again; it is recorded anew then. */
  async free(): Promise<void> {
    const plans = [...this.#recordings.values()].map(({ plan }) => plan);
    this.#recordings.clear();
    this.#spare.clear();
    for (const plan of plans) await this.#backend?.freeGraph(plan);
  }

  #record(backend: OnnxRuntimeBackend, inputs: readonly StepInput[]): Recording {
    const contents = this.#variables.map((variable) => backend.held(variable).data);
    const put = (): Value[] =>
      this.#variables.map(({ shape, dtype }, i) => ({ ...hostValue(shape, dtype, contents[i]), isInput: true }));
    // The recording has values of its own for the variables, so that it keeps no contents alive.
    const before = put();
    assignAll(backend, this.#variables, before);
    const fed = inputs.map(({ shape, dtype = "float32" }) => ({
      ...hostValue(shape, dtype, undefined),
      isInput: true,
    }));
    let recorded: Recording | undefined;
    tf.tidy(() => {
      const results = this.#run(...fed.map((value) => tensorOf(backend, value))).map((tensor) => backend.held(tensor));
      const after = this.#variables.map((variable) => backend.held(variable));
      const outputs = [...new Set([...after.filter((value, i) => value !== before[i]), ...results])];
      const resident = backend.keepsContents ? new Set(outputs.filter((value) => canStay(value, results))) : undefined;
      const plan = makePlan(outputs, { ...this.#options, ...(resident === undefined ? {} : { resident }) });
      recorded = {
        plan,
        sources: plan.inputs.map((value) => sourceOf(value, before, fed)),
        assigned: after.map((value, i) => (value === before[i] ? -1 : outputs.indexOf(value))),
        results: results.map((value) => outputs.indexOf(value)),
      };
    });
    const recording = recorded as unknown as Recording;
    const strays = backend.pending.size - new Set(recording.assigned.filter((output) => output >= 0)).size;
    assignAll(backend, this.#variables, put());
    for (const value of before) value.data = undefined;
    if (strays === 0) return recording;
    throw new LookonceError(
      "ARGUMENT",
      `the step leaves ${strays} tensors behind besides its results: name every variable that it assigns, and keep no other tensor`,
    );
  }

  async #replay(backend: OnnxRuntimeBackend, recording: Recording, inputs: readonly StepInput[]): Promise<HostData[]> {
    const { plan, sources, assigned, results } = recording;
    const outputs = plan.outputs.map(({ shape, dtype }) => hostValue(shape, dtype, undefined));
    for (const [variable, output] of assigned.entries()) {
      if (output < 0 || results.includes(output) || plan.resident.has(output)) continue;
      (outputs[output] as Value).data = this.#spare.get(variable);
      this.#spare.delete(variable);
    }
    const values = sources.map((source) => {
      if ("variable" in source) return backend.held(this.#variables[source.variable] as tf.Variable);
      return "input" in source ? fedValue(inputs[source.input] as StepInput) : source.value;
    });
    await backend.replay(plan, { inputs: values, outputs });
    const given = new Set<number>();
    for (const [variable, output] of assigned.entries()) {
      if (output < 0) continue;
      const value = outputs[output] as Value;
      this.#give(backend, variable, value);
      // Contents that two variables share belong to neither.
      if (given.has(output)) owned.delete(value);
      else owned.add(value);
      given.add(output);
    }
    return results.map((output) => (outputs[output] as Value).data as HostData);
  }

  /** Gives a variable new contents and keeps the memory of the old ones for the next run, where nobody else has it. */
  #give(backend: OnnxRuntimeBackend, index: number, value: Value): void {
    const variable = this.#variables[index] as tf.Variable;
    const { dataId } = variable;
    const old = backend.held(variable);
    assign(backend, variable, value);
    if (!owned.has(old) || backend.isAlive(dataId)) return;
    old.resident?.free();
    if (old.data !== undefined && old.resident === undefined && !old.isExposed) this.#spare.set(index, old.data);
  }

  async #runAtOnce(inputs: readonly StepInput[]): Promise<HostData[]> {
    const results = tf.tidy(() => {
      const tensors = inputs.map(({ data, shape, dtype }) => tf.tensor(data as Float32Array, [...shape], dtype));
      return [...this.#run(...tensors)];
    });
    const contents = await Promise.all(results.map((tensor) => tensor.data()));
    tf.dispose(results);
    return contents as HostData[];
  }
}

/** Values whose memory came from a run of a step, and so belongs to nobody else. */
const owned = new WeakSet<Value>();

/** Whether a value may stay where it was computed: a variable's, which the next step reads there. */
function canStay(value: Value, results: readonly Value[]): boolean {
  return value.dtype === "float32" && sizeOf(value.shape) > 0 && !results.includes(value);
}

function sourceOf(value: Value, before: readonly Value[], fed: readonly Value[]): Recording["sources"][number] {
  const variable = before.indexOf(value);
  if (variable >= 0) return { variable };
  const input = fed.indexOf(value);
  return input >= 0 ? { input } : { value };
}

function fedValue({ data, shape, dtype = "float32" }: StepInput): Value {
  const isTyped = dtype === "int32" ? data instanceof Int32Array : data instanceof Float32Array;
  return hostValue(shape, dtype, isTyped ? (data as HostData) : hostArray(dtype, data));
}

function tensorOf(backend: OnnxRuntimeBackend, value: Value): tf.Tensor {
  return tf.engine().makeTensorFromDataId(backend.register(value), [...value.shape], value.dtype, backend);
}

/** Gives a variable new contents, as `variable.assign` does. */
function assign(backend: OnnxRuntimeBackend, variable: tf.Variable, value: Value): void {
  const tensor = tensorOf(backend, value);
  variable.assign(tensor);
  tensor.dispose();
}

function assignAll(backend: OnnxRuntimeBackend, variables: readonly tf.Variable[], values: readonly Value[]): void {
  for (const [i, variable] of variables.entries()) assign(backend, variable, values[i] as Value);
}
