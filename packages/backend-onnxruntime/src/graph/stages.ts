import { reading } from "./recompute.ts";
import { hostValue, type Node, operandsOf, sizeOf, type Value } from "./value.ts";

/** A sum over ranks. */
export interface Sum {
  /** What this rank adds. */
  readonly part: Value;
  /** What later stages read. */
  readonly total: Value;
  /** Whether it may travel in half precision. */
  readonly half: boolean;
}

/** A part of a step that is computed in one run. */
export interface Stage {
  /** What it computes of the step's outputs, by their numbers. */
  readonly results: Map<number, Value>;
  /** What it computes for later stages, and what they read in its place. */
  readonly passed: Map<Value, Value>;
  /** What is summed over ranks after it. */
  readonly sums: Sum[];
}

/**
 * Cuts a step at its sums over ranks: each stage computes what its sums need, which are then computed together, before the
 * next stage. Calls that read values of earlier stages read values that stand for them from then on.
 *
 * Ranks that record the same sums have them in the same stages and in the same order, whatever else differs.
 *
 * @param nodes in topological order
 * @param outputs what the step computes
 */
export function cutStages(nodes: readonly Node[], outputs: readonly Value[]): Stage[] {
  const stageOf = assignStages(nodes, outputs);
  const last = Math.max(0, ...outputs.map((value) => readableFrom(value, stageOf)));
  const stages = Array.from({ length: last + 1 }, (): Stage => {
    return { results: new Map(), passed: new Map(), sums: [] };
  });
  const standIns = new Map<Value, Value>();
  const read = (value: Value, stage: number): Value => {
    const from = stageOf.get(value);
    if (from === undefined || (from === stage && !isTotal(value))) return value;
    const { shape, dtype } = value;
    const standIn = standIns.get(value) ?? {
      ...hostValue(shape, dtype),
      isInput: true,
      placeholder: `stage value ${standIns.size}`,
    };
    standIns.set(value, standIn);
    if (!isTotal(value)) stages[from]?.passed.set(value, standIn);
    return standIn;
  };
  for (const node of nodes) {
    const [output] = node.outputs;
    const stage = (output && stageOf.get(output)) ?? 0;
    const operands = operandsOf(node).map((value): [Value, Value] => [value, read(value, stage)]);
    const [[, part] = []] = operands;
    if (node.kernel === "AllReduce" && output !== undefined && part !== undefined) {
      const half = "half" in node.attrs && node.attrs.half === true;
      stages[stage]?.sums.push({ part, total: read(output, stage), half });
    } else if (operands.some(([value, other]) => value !== other)) reading(node, new Map(operands));
  }
  for (const [i, value] of outputs.entries()) {
    const stage = isTotal(value) ? last : (stageOf.get(value) ?? last);
    stages[stage]?.results.set(i, read(value, stage));
  }
  return stages;
}

/** Whether it is a sum over ranks, which is there only after its stage. */
function isTotal({ producer }: Value): boolean {
  return producer?.kernel === "AllReduce";
}

/** The first stage that can read a value. */
function readableFrom(value: Value, stageOf: ReadonlyMap<Value, number>): number {
  const stage = stageOf.get(value) ?? 0;
  return isTotal(value) ? stage + 1 : stage;
}

/**
 * The stage of every value that a call computes. Sums come as early as they can. So does all else, but what is read in later
 * stages alone is computed there where then no more has to be kept between the stages.
 */
function assignStages(nodes: readonly Node[], outputs: readonly Value[]): Map<Value, number> {
  const stageOf = new Map<Value, number>();
  /** What depends on no other stage's results. */
  const free = new Set<Value>();
  for (const { kernel, outputs, ...node } of nodes) {
    const operands = operandsOf({ kernel, outputs, ...node });
    const stage = Math.max(0, ...operands.map((value) => readableFrom(value, stageOf)));
    const isFree = kernel !== "AllReduce" && operands.every((value) => free.has(value) || !stageOf.has(value));
    for (const value of outputs) {
      stageOf.set(value, stage);
      if (isFree) free.add(value);
    }
  }
  const last = Math.max(0, ...outputs.map((value) => readableFrom(value, stageOf)));
  /** The first and the last stage that reads each value. */
  const readers = new Map<Value, { first: number; last: number }>();
  for (const node of nodes.toReversed()) {
    const [output] = node.outputs;
    const earliest = (output && stageOf.get(output)) ?? 0;
    const latest = Math.min(...node.outputs.map((value) => readers.get(value)?.first ?? last));
    const stage = latest > earliest && isBetterLate(node, latest) ? latest : earliest;
    for (const value of node.outputs) stageOf.set(value, stage);
    for (const value of operandsOf(node)) {
      const known = readers.get(value);
      readers.set(value, {
        first: Math.min(known?.first ?? stage, stage),
        last: Math.max(known?.last ?? stage, stage),
      });
    }
  }
  return stageOf;

  function isBetterLate({ kernel, inputs, outputs, ...node }: Node, stage: number): boolean {
    if (kernel === "AllReduce") return false;
    if (outputs.every((value) => free.has(value))) return true;
    const sum = (values: Iterable<Value>): number => [...values].reduce((total, { shape }) => total + sizeOf(shape), 0);
    const kept = sum(outputs.filter((value) => readers.has(value)));
    const operands = new Set(operandsOf({ kernel, inputs, outputs, ...node }));
    const isNew = (value: Value): boolean =>
      stageOf.has(value) && !free.has(value) && !isTotal(value) && (readers.get(value)?.last ?? -1) < stage;
    // Factors and offsets a channel do not count beside a map.
    return kept > 0 && sum([...operands].filter(isNew)) <= kept * (1 + 1 / 16);
  }
}
