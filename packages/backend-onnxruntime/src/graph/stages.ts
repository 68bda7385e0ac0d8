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
  for (const node of nodes) {
    const stage = Math.max(0, ...operandsOf(node).map((value) => readableFrom(value, stageOf)));
    for (const value of node.outputs) stageOf.set(value, stage);
  }
  const last = Math.max(0, ...outputs.map((value) => readableFrom(value, stageOf)));
  const latest = latestStages(nodes, stageOf);
  /** The first and the last stage that reads each value. */
  const readers = new Map<Value, { first: number; last: number }>();
  for (const node of nodes.toReversed()) {
    const early = Math.min(...node.outputs.map((value) => stageOf.get(value) ?? 0));
    const late = Math.min(...node.outputs.map((value) => readers.get(value)?.first ?? last));
    const stage = late > early && isBetterLate(node, late) ? late : early;
    for (const value of node.outputs) stageOf.set(value, stage);
    for (const value of operandsOf(node)) {
      const { first = stage, last = stage } = readers.get(value) ?? {};
      readers.set(value, { first: Math.min(first, stage), last: Math.max(last, stage) });
    }
  }
  return stageOf;

  function isBetterLate(node: Node, stage: number): boolean {
    if (node.kernel === "AllReduce") return false;
    const isNew = (value: Value): boolean =>
      (latest.get(value) ?? stage) < stage && (readers.get(value)?.last ?? -1) < stage;
    const added = elements([...new Set(operandsOf(node))].filter(isNew));
    const saved = elements(node.outputs.filter((value) => readers.has(value)));
    // Factors and offsets a channel do not count beside a map.
    return added === 0 || (saved > 0 && added <= saved * (1 + 1 / 16));
  }
}

/** The last stage in which each value can be computed from inputs and sums alone, and in time for the sums that need it. */
function latestStages(nodes: readonly Node[], stageOf: ReadonlyMap<Value, number>): ReadonlyMap<Value, number> {
  const never = Number.POSITIVE_INFINITY;
  const needed = new Map<Value, number>();
  const earliest = (values: readonly Value[], map: ReadonlyMap<Value, number>): number =>
    Math.min(...values.map((value) => map.get(value) ?? never));
  for (const node of nodes.toReversed()) {
    const stage = earliest(node.outputs, node.kernel === "AllReduce" ? stageOf : needed);
    for (const value of operandsOf(node)) needed.set(value, Math.min(needed.get(value) ?? never, stage));
  }
  const latest = new Map<Value, number>();
  for (const node of nodes) {
    const stage = Math.min(earliest(node.outputs, needed), earliest(operandsOf(node), latest));
    for (const value of node.outputs) latest.set(value, node.kernel === "AllReduce" ? never : stage);
  }
  return latest;
}

function elements(values: readonly Value[]): number {
  return values.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
