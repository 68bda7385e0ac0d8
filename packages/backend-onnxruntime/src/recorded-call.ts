import type { Plan } from "./graph/plan.ts";
import type { HostData, Signature } from "./graph/signature.ts";
import { operandsOf, type Value } from "./graph/value.ts";

/** A kernel call of a recorded function, or one of its inputs, outputs or constants. */
export interface RecordedCall {
  /** Unique; begins with the call's scope: `model/0/conv/Conv2D`. */
  name: string;
  /** tfjs's name of the kernel; `Placeholder` for inputs, `Const` for constants, `Identity` for outputs. */
  kernel: string;
  attrs: object;
  /** Names of the calls that it reads; `name:1` for the second output of one. */
  inputs: readonly string[];
  outputs: readonly Signature[];
  /** A constant's contents; only `Const` has them. The array belongs to the backend: it is not to be written to. */
  contents?: () => HostData;
}

/**
 * Lists what a plan computes, every call after those that it reads.
 *
 * @param names names of values with contents; others are named by the call that reads them first
 * @param outputNames names of the outputs, in order; `output0`, `output1`, … for those that are missing
 */
export function nameCalls(
  plan: Plan,
  names: ReadonlyMap<Value, string>,
  outputNames: readonly string[] = [],
): RecordedCall[] {
  const outputs = plan.outputs.map((value, i) => ({ value, name: outputNames[i] ?? `output${i}` }));
  const known = new Map<Value, string>();
  const taken = new Set(outputs.map(({ name }) => name));
  const calls: RecordedCall[] = [];
  for (const node of plan.nodes) {
    const inputs = operandsOf(node).map((value) => known.get(value) ?? addLeaf(value, node.scope));
    const name = unique(node.scope, node.kernel);
    for (const [i, value] of node.outputs.entries()) known.set(value, i === 0 ? name : `${name}:${i}`);
    calls.push({ name, kernel: node.kernel, attrs: node.attrs, inputs, outputs: node.outputs.map(signature) });
  }
  for (const { value, name } of outputs) {
    const inputs = [known.get(value) ?? addLeaf(value, "")];
    calls.push({ name, kernel: "Identity", attrs: {}, inputs, outputs: [signature(value)] });
  }
  return calls;

  function addLeaf(value: Value, scope: string): string {
    const own = value.placeholder ?? names.get(value);
    const name = own === undefined || taken.has(own) ? unique(scope, own ?? "Const") : own;
    taken.add(name);
    known.set(value, name);
    const constant = { kernel: "Const", contents: () => contentsOf(value) };
    const kind = value.placeholder === undefined ? constant : { kernel: "Placeholder" };
    calls.push({ name, attrs: {}, inputs: [], outputs: [signature(value)], ...kind });
    return name;
  }

  function unique(scope: string, base: string): string {
    const prefix = scope === "" ? base : `${scope}/${base}`;
    let name = prefix;
    for (let i = 1; taken.has(name); i++) name = `${prefix}_${i}`;
    taken.add(name);
    return name;
  }
}

function contentsOf(value: Value): HostData {
  // What is pending when a recording starts is computed before, so that every leaf has contents.
  if (value.data === undefined) throw new Error("internal: a constant has no contents");
  value.isExposed = true;
  return value.data;
}

function signature({ shape, dtype }: Value): Signature {
  return { shape, dtype };
}
