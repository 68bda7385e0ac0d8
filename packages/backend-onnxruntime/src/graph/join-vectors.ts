import type { KernelName } from "./kernel-types.ts";
import { hostValue, type Node, numbering, operandsOf, sizeOf, textOf, type Value } from "./value.ts";

/** Kernels that compute each element from the same element of others and from scalars. */
export const elementwise: ReadonlySet<KernelName> = new Set<KernelName>([
  ...(["Add", "Sub", "Multiply", "RealDiv", "Maximum", "Minimum"] as const),
  ...(["Neg", "Reciprocal", "Sqrt", "Square"] as const),
]);
/** Longer vectors are not joined: copying them would cost more than a call. */
const longest = 4096;
/** Fewer equal calls stay as they are: joining and cutting apart are calls, too. */
const fewest = 4;
/** What these calls belong to, as they are of no layer. */
const scope = "updates";

/**
 * Computes many vectors at once where only the plan's outputs need them: equal calls of biases, of factors of normalizations
 * and of their statistics become one call of a joined vector, which is cut apart in the end. A network's update has some
 * thousand such calls, and a call of all costs hardly more than one.
 *
 * Every element is computed from the same numbers by the same operators, so to the same bit.
 *
 * @param nodes in topological order
 * @param isWritten whether the value is a constant of the graph, so that equal ones can stand for each other
 */
export function joinVectors(nodes: readonly Node[], isWritten: (value: Value) => boolean): Node[] {
  const late = lateCalls(nodes, isOfVectors);
  const joined = new JoinedCalls();
  for (const calls of equalCalls([...late], isWritten)) joined.add(calls);
  return [...nodes.filter((node) => !late.has(node)), ...joined.nodes];
}

/** Calls of a kind that nothing but such calls and the plan's outputs read; in order. */
export function lateCalls(nodes: readonly Node[], isOfKind: (node: Node) => boolean): ReadonlySet<Node> {
  const late = new Set<Node>();
  const readEarly = new Set<Value>();
  for (const node of nodes.toReversed()) {
    if (isOfKind(node) && !node.outputs.some((value) => readEarly.has(value))) late.add(node);
    else for (const value of operandsOf(node)) readEarly.add(value);
  }
  return new Set([...late].reverse());
}

function isOfVectors(node: Node): boolean {
  const [{ shape = [] } = {}, ...others] = node.outputs;
  const fits = (value: Value): boolean =>
    value.dtype === "float32" && (value.shape.length === 0 || `${value.shape}` === `${shape}`);
  const isVector = others.length === 0 && shape.length === 1 && sizeOf(shape) <= longest;
  return elementwise.has(node.kernel) && isVector && operandsOf(node).every(fits);
}

/**
 * The calls in lists of equal ones, each list before those that read its results: of the same kernel and scalars, of vectors
 * that come from outside or each from the call at the same place of another list.
 */
function equalCalls(calls: readonly Node[], isWritten: (value: Value) => boolean): Node[][] {
  const lists = new Map<number, Node[]>();
  const places = new Map<Value, { list: number; index: number }>();
  const keyOf = valueKeys(isWritten);
  const numberOf = numbering();
  for (const call of calls) {
    const known = operandsOf(call).map((value) => places.get(value));
    const operands = operandsOf(call).map((value, i) => {
      if (value.shape.length === 0) return keyOf(value);
      return known[i] === undefined ? "vector" : `vector of ${known[i].list}`;
    });
    const key = `${call.signature}: ${operands}`;
    const equal = lists.get(numberOf(key)) ?? [];
    const isInPlace = known.every((place) => place === undefined || place.index === equal.length);
    const list = isInPlace ? equal : [];
    const number = numberOf(isInPlace ? key : `${key}, ${lists.size}`);
    for (const value of call.outputs) places.set(value, { list: number, index: list.length });
    lists.set(number, [...list, call]);
  }
  return [...lists.values()];
}

/** Returns what computes the key of a value: the contents of what is written into the graph, a number for all else. */
function valueKeys(isWritten: (value: Value) => boolean): (value: Value) => string {
  const numbers = new Map<Value, number>();
  return (value) => {
    if (isWritten(value) && value.data !== undefined) {
      const { buffer, byteOffset, byteLength } = value.data;
      return `bytes ${textOf(new Uint8Array(buffer, byteOffset, byteLength))}`;
    }
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return `value ${number}`;
  };
}

/** Calls, equal ones as one. */
class JoinedCalls {
  readonly nodes: Node[] = [];
  /** Vectors that are others in a row, by the keys of those. */
  readonly #rows = new Map<string, Value>();
  readonly #keyOf = valueKeys(() => false);

  /** Adds equal calls, after those that compute what they read. */
  add(calls: readonly Node[]): void {
    const [first] = calls;
    if (first === undefined || calls.length < fewest) {
      this.nodes.push(...calls);
      return;
    }
    const operands = operandsOf(first).map((value, i) =>
      value.shape.length === 0 ? value : this.#row(calls.flatMap((call) => operandsOf(call)[i] ?? [])),
    );
    const inputs = Object.fromEntries(Object.keys(first.inputs).map((name, i) => [name, operands[i]]));
    const parts = calls.flatMap(({ outputs }) => outputs);
    const row = rowOf(parts);
    this.#rows.set(this.#key(parts), row);
    this.nodes.push({ ...first, scope, inputs, outputs: [row] });
    const attrs = { numOrSizeSplits: parts.map(({ shape }) => sizeOf(shape)), axis: 0 };
    this.nodes.push({ ...first, scope, kernel: "SplitV", inputs: { x: row }, attrs, outputs: parts });
  }

  /** The vectors in a row: as a call computed them, or joined. */
  #row(vectors: readonly Value[]): Value {
    const key = this.#key(vectors);
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = rowOf(vectors);
    this.#rows.set(key, row);
    const call = { id: -1, signature: -1, scope, inputs: vectors, attrs: { axis: 0 }, outputs: [row] };
    this.nodes.push({ ...call, kernel: "Concat" });
    return row;
  }

  #key(vectors: readonly Value[]): string {
    return vectors.map(this.#keyOf).join();
  }
}

function rowOf(vectors: readonly Value[]): Value {
  return hostValue([vectors.reduce((sum, { shape }) => sum + sizeOf(shape), 0)], "float32");
}
