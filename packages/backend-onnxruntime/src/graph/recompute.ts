import { hostValue, type Named, type Node, operandsOf, sizeOf, type Value } from "./value.ts";

/** Elements from which on a value is worth computing again. */
const large = 2 ** 18;
/** Calls between two uses of a value from which on it is not kept for the second one. */
const longTime = 400;

/**
 * Computes large values again where they are needed much later, in place of keeping them, from what is kept anyway: those
 * of the form a · x + b, and those of the form x · σ(x) with a single late use. In training these are the normalized maps,
 * and those after the activation that only its gradient reads, between forward and backward pass.
 */
export function recompute(nodes: readonly Node[]): Node[] {
  const uses = new Map<Value, number[]>();
  for (const [i, node] of nodes.entries()) {
    for (const value of operandsOf(node)) uses.set(value, [...(uses.get(value) ?? []), i]);
  }
  const added = new Map<number, Node[]>();
  const replaced = new Map<number, Map<Value, Value>>();
  for (const node of nodes) {
    const [value] = node.outputs;
    if (value === undefined || sizeOf(value.shape) < large) continue;
    const places = uses.get(value) ?? [];
    const gap = places.findIndex((place, i) => i > 0 && place - (places[i - 1] ?? 0) > longTime);
    const late = gap < 0 ? [] : places.slice(gap);
    const [first] = late;
    if (first === undefined) continue;
    // Convolutions of concatenated values may be of these themselves, which are kept for the filters' gradients then.
    const isJoined = places.some((place) => nodes[place]?.kernel === "Concat" || nodes[place]?.kernel === "SplitV");
    const form = scaled(node, value) ?? (late.length === 1 && !isJoined ? activated(node) : undefined);
    // What it is computed from must be there at that time.
    if (form === undefined || (uses.get(form.inner)?.length ?? 0) > 1) continue;
    if ((uses.get(form.source)?.at(-1) ?? 0) < (late.at(-1) ?? 0)) continue;
    const values = new Map(replaced.get(first));
    const inner = reading(copyOf(form.inner.producer as Node), values);
    values.set(form.inner, inner.outputs[0] as Value);
    const copy = reading(copyOf(node), values);
    added.set(first, [...(added.get(first) ?? []), inner, copy]);
    for (const place of late) {
      replaced.set(place, new Map([...(replaced.get(place) ?? []), [value, copy.outputs[0] as Value]]));
    }
  }
  return nodes.flatMap((node, i) => {
    const values = replaced.get(i);
    return [...(added.get(i) ?? []), values === undefined ? node : reading(node, values)];
  });
}

/** What a call computes its value from: another call's value, which is for it alone, and the one large value behind both. */
interface Form {
  readonly inner: Value;
  readonly source: Value;
}

/** a · x + b, where a and b are small. */
function scaled(node: Node, { shape }: Value): Form | undefined {
  const inner = operandsOf(node).find(({ producer }) => producer?.kernel === "Multiply");
  if (node.kernel !== "Add" || inner?.producer === undefined) return undefined;
  const operands = [...operandsOf(inner.producer), ...operandsOf(node).filter((value) => value !== inner)];
  const [source, ...others] = operands.filter((value) => sizeOf(value.shape) >= sizeOf(shape) / 64);
  return source === undefined || others.length > 0 ? undefined : { inner, source };
}

/** x · σ(x). */
function activated(node: Node): Form | undefined {
  const inner = operandsOf(node).find(({ producer }) => producer?.kernel === "Sigmoid");
  if (node.kernel !== "Multiply" || inner?.producer === undefined) return undefined;
  const [source] = operandsOf(inner.producer);
  return source !== undefined && operandsOf(node).includes(source) ? { inner, source } : undefined;
}

/** The same call, with new values as outputs. */
function copyOf(node: Node): Node {
  return { ...node, outputs: node.outputs.map(({ shape, dtype }) => hostValue(shape, dtype)) };
}

/** The call, with other values in place of some that it reads; it is what computes its outputs from then on. */
export function reading(node: Node, values: ReadonlyMap<Value, Value>): Node {
  const replace = (value: Value | undefined): Value | undefined => value && (values.get(value) ?? value);
  const inputs: Named<Value> = Array.isArray(node.inputs)
    ? node.inputs.map((value: Value) => values.get(value) ?? value)
    : Object.fromEntries(Object.entries(node.inputs).map(([name, value]) => [name, replace(value)]));
  const changed = { ...node, inputs };
  for (const output of changed.outputs) output.producer = changed;
  return changed;
}
