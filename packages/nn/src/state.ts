import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { Module } from "./module.ts";

/** A tensor outside of TensorFlow.js: row-major values in PyTorch's layout, filters [out, in / groups, kh, kw]. */
export interface StateTensor {
  shape: readonly number[];
  data: ArrayLike<number> | BigInt64Array;
}

/** A tensor of {@link stateDict}. */
export interface StateEntry {
  shape: number[];
  data: Float32Array;
}

/** A tensor whose shape is not the model's. */
export interface ShapeMismatch {
  name: string;
  /** Shape in the model. */
  expected: number[];
  /** Shape of what was to be loaded. */
  actual: number[];
}

/** What {@link loadStateDict} did. */
export interface LoadReport {
  /** Names whose values were taken over. */
  loaded: string[];
  /** How many the model has. */
  total: number;
  /** In the model only. */
  missing: string[];
  /** Among the tensors only. */
  unexpected: string[];
  mismatched: ShapeMismatch[];
  /** E.g. "transferred 349/355 items". */
  summary: string;
}

/** Options of {@link loadStateDict}. */
export interface LoadStateDictOptions {
  /** Whether everything must fit (default true); otherwise what fits is taken over and the rest reported. */
  strict?: boolean;
  /** Where the tensors come from, for errors (default "the state dict"). */
  name?: string;
}

/** Counters and copies that carry no weights: PyTorch's batch counter and YOLOv5's anchors in pixels. */
const ignored = /(^|\.)(num_batches_tracked|anchor_grid)$/;

/** Parameters and buffers by name in PyTorch's layout, float32. */
export async function stateDict(module: Module): Promise<Map<string, StateEntry>> {
  const entries = new Map<string, StateEntry>();
  for (const [name, variable] of module.namedVariables()) {
    const values = Float32Array.from(await variable.data());
    const [kh, kw, input, out] = variable.shape as FilterShape;
    const data = variable.rank === 4 ? reverseAxes(values, [kh * kw, input, out]) : values;
    entries.set(name, { shape: torchShape(variable.shape), data });
  }
  return entries;
}

/**
 * Copies tensors in PyTorch's layout into the variables of the same names.
 *
 * @throws LookonceError `ARGUMENT` in strict mode, listing what is missing, unexpected or of another shape; nothing is
 *   loaded then
 */
export function loadStateDict(
  module: Module,
  tensors: ReadonlyMap<string, StateTensor>,
  options: LoadStateDictOptions = {},
): LoadReport {
  const { strict = true, name = "the state dict" } = options;
  const report = strict ? requireFit(module, tensors, name) : compare(module, tensors);
  const variables = module.namedVariables();
  const modules = module.namedModules();
  for (const path of report.loaded) {
    const variable = variables.get(path) as tf.Variable;
    const { data } = tensors.get(path) as StateTensor;
    const values = data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number);
    assign(variable, values);
    const dot = path.lastIndexOf(".");
    modules.get(path.slice(0, Math.max(0, dot)))?.variableLoaded(path.slice(dot + 1), values);
  }
  return report;
}

/**
 * Compares names and shapes as {@link loadStateDict} does, and loads nothing.
 *
 * @throws LookonceError `ARGUMENT` when something is missing, unexpected or of another shape
 */
export function requireFit(
  module: Module,
  tensors: ReadonlyMap<string, Pick<StateTensor, "shape">>,
  name: string,
): LoadReport {
  const report = compare(module, tensors);
  const faults = report.missing.length + report.unexpected.length + report.mismatched.length;
  if (faults > 0) throw new LookonceError("ARGUMENT", explain(module, report, name));
  return report;
}

/** Whether tensors have all names and shapes of a module and no others. */
export function fits(module: Module, tensors: ReadonlyMap<string, Pick<StateTensor, "shape">>): boolean {
  const { missing, unexpected, mismatched } = compare(module, tensors);
  return missing.length + unexpected.length + mismatched.length === 0;
}

/** {@link loadStateDict} that loads what fits, as one does to fine-tune for other classes. */
export function transfer(module: Module, tensors: ReadonlyMap<string, StateTensor>): LoadReport {
  return loadStateDict(module, tensors, { strict: false });
}

/** [kh, kw, in / groups, out]. */
type FilterShape = [number, number, number, number];

function assign(variable: tf.Variable, values: Float32Array): void {
  const [kh, kw, input, out] = variable.shape as FilterShape;
  // A copy in any case: a backend may keep the array that it is given
  const ordered = variable.rank === 4 ? reverseAxes(values, [out, input, kh * kw]) : values.slice();
  tf.tidy(() => variable.assign(tf.tensor(ordered, variable.shape)));
}

/** [out, in, taps] ↔ [taps, in, out], on the host: on a lazy backend every transposition would be a graph. */
function reverseAxes(values: Float32Array, [first, second, third]: readonly [number, number, number]): Float32Array {
  const result = new Float32Array(values.length);
  let from = 0;
  for (let i = 0; i < first; i++) {
    for (let j = 0; j < second; j++) {
      for (let k = 0; k < third; k++) result[(k * second + j) * first + i] = values[from++] as number;
    }
  }
  return result;
}

/** The shape that PyTorch has for a variable of this shape. */
function torchShape(shape: readonly number[]): number[] {
  if (shape.length !== 4) return shape.slice();
  const [kh, kw, input, out] = shape as FilterShape;
  return [out, input, kh, kw];
}

function compare(module: Module, tensors: ReadonlyMap<string, Pick<StateTensor, "shape">>): LoadReport {
  const variables = module.slots();
  const loaded: string[] = [];
  const missing: string[] = [];
  const mismatched: ShapeMismatch[] = [];
  for (const [name, variable] of variables) {
    const tensor = tensors.get(name);
    const expected = torchShape(variable.shape);
    if (tensor === undefined) missing.push(name);
    else if (tensor.shape.join() === expected.join()) loaded.push(name);
    else mismatched.push({ name, expected, actual: tensor.shape.slice() });
  }
  const unexpected = [...tensors.keys()].filter((name) => !variables.has(name) && !ignored.test(name));
  const summary = `transferred ${loaded.length}/${variables.size} items`;
  return { loaded, total: variables.size, missing, unexpected, mismatched, summary };
}

/** How many names of each kind an error lists. */
const listed = 8;

function explain(module: Module, report: LoadReport, name: string): string {
  const { missing, unexpected, mismatched } = report;
  const shapes = mismatched.map((m) => `${m.name} (model [${m.expected.join(", ")}], file [${m.actual.join(", ")}])`);
  const parts = [
    list("missing", missing),
    list("not in the model", unexpected),
    list("of another shape", shapes),
    hint(module, report),
  ];
  return `${name} does not fit the model: ${report.loaded.length} of ${report.total} tensors do. ${parts.filter((p) => p !== "").join(" ")}`;
}

function list(title: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > listed ? `, and ${names.length - listed} more` : "";
  return `${names.length} ${title}: ${names.slice(0, listed).join(", ")}${more}.`;
}

function hint(module: Module, { missing, unexpected, mismatched }: LoadReport): string {
  if (missing.length + unexpected.length > 0) return "Was it made for another model?";
  const last = [...module.slots().keys()].at(-1) ?? "";
  const head = /^model\.\d+\./.exec(last)?.[0];
  if (head === undefined || !mismatched.every((m) => m.name.startsWith(head))) return "Was it made for another scale?";
  return "Only the head differs, as it does for another number of classes: build the model with the file's number, or load with strict: false to keep the rest.";
}
