import { int, ints, str } from "@lookonce/onnx";
import type { Lowering } from "../graph/lowering.ts";
import { dimOf, sizeOf, type Value } from "../graph/value.ts";
import { vectorOf } from "./elementwise.ts";

/** A value, or its negative. */
interface Term {
  readonly value: Value;
  readonly isNegative: boolean;
}

/** A map in blocks times a number a channel. */
interface Product extends Term {
  readonly factor: Value;
}

/** A sum of maps, of products and of numbers a channel. */
export interface Terms {
  readonly maps: readonly Term[];
  readonly products: readonly Product[];
  readonly offsets: readonly Term[];
}

/**
 * Writes a sum, difference or product of maps in blocks and numbers a channel as one pass over memory, a depthwise
 * convolution of 1×1: factor · x + offset + another map. What it was composed of is pruned where nothing else reads it.
 *
 * @returns whether it is one
 */
export function lowerAffine(to: Lowering, output: Value, inputs: { readonly a: Value; readonly b: Value }): boolean {
  if (!to.canBlock(output) || output.dtype !== "float32") return false;
  const { kernel } = output.producer ?? {};
  const read = [inputs.a, inputs.b];
  if (!read.some((value) => isMap(value, output) && to.isBlocked(value))) return false;
  const term = { value: output, isNegative: false };
  const candidates =
    kernel === "Multiply" ? [termsOf(to, term, output)] : sums(to, [inputs.a, inputs.b], { term, output, depth: 3 });
  const terms = candidates.find((each) => isOnePass(each) && each.offsets.length + each.products.length > 0);
  if (terms === undefined) return false;
  const channels = dimOf(output, 3);
  const { map, other, ...operands } = affineOperands(to, channels, terms);
  const added = other && to.getBlocked(other);
  to.setBlocked(output, affinePass(to, channels, { ...operands, map: to.getBlocked(map), added }));
  return true;
}

function isMap({ shape, dtype }: Value, output: Value): boolean {
  return dtype === "float32" && shape.length === 4 && shape.every((dim, i) => dim === output.shape[i]);
}

/** Whether there is at most one map with a factor and one without. */
function isOnePass({ maps, products }: Terms): boolean {
  const scaled = products.length + maps.filter(({ isNegative }) => isNegative).length;
  const count = maps.length + products.length;
  return count > 0 && count <= 2 && scaled <= 1;
}

/** What a term is the sum of: one level of products and `depth` of sums, of which one pass has three at most. */
function termsOf(to: Lowering, term: Term, output: Value, depth = 3): Terms {
  const { value, isNegative } = term;
  const { kernel, inputs } = value.producer ?? {};
  const [a, b] = Object.values(inputs ?? {});
  if (!isMap(value, output) || a === undefined || b === undefined) return leaf(to, term, output);
  if (kernel === "Multiply") {
    const [map, factor] = isMap(a, output) && !isNumber(to, a) ? [a, b] : [b, a];
    if (!isMap(map, output) || isNumber(to, map) || !isPerChannel(to, factor, output)) return leaf(to, term, output);
    return { maps: [], products: [{ value: map, factor, isNegative }], offsets: [] };
  }
  if ((kernel !== "Add" && kernel !== "Sub") || depth === 0) return leaf(to, term, output);
  return sums(to, [a, b], { term, output, depth }).find(isOnePass) ?? leaf(to, term, output);
}

/** The terms of a sum or difference: of both its parts, of one of them while the other is a term itself, or of none. */
function sums(
  to: Lowering,
  values: readonly Value[],
  { term, output, depth }: { term: Term; output: Value; depth: number },
): Terms[] {
  const isDifference = term.value.producer?.kernel === "Sub";
  const parts = values.map((value, i) => {
    const part = { value, isNegative: term.isNegative !== (isDifference && i === 1) };
    return { open: termsOf(to, part, output, depth - 1), closed: leaf(to, part, output) };
  });
  const either = [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ];
  return either.map((isOpen) => joined(parts.map(({ open, closed }, i) => (isOpen[i] ? open : closed))));
}

function joined(all: readonly Terms[]): Terms {
  return {
    maps: all.flatMap(({ maps }) => maps),
    products: all.flatMap(({ products }) => products),
    offsets: all.flatMap(({ offsets }) => offsets),
  };
}

function leaf(to: Lowering, term: Term, output: Value): Terms {
  const none: Terms = { maps: [], products: [], offsets: [] };
  if (isPerChannel(to, term.value, output)) return { ...none, offsets: [term] };
  // Two maps too many: what is neither a map nor a number a channel is not one pass.
  return isMap(term.value, output) ? { ...none, maps: [term] } : { ...none, maps: [term, term, term] };
}

function isNumber(to: Lowering, value: Value): boolean {
  return to.uniform(value) !== undefined || to.source(value) !== undefined;
}

/** Whether the value is one number, or one a channel. */
function isPerChannel(to: Lowering, value: Value, output: Value): boolean {
  if (value.dtype !== "float32") return false;
  if (to.uniform(value) !== undefined) return true;
  const { shape } = to.source(value) ?? value;
  const size = sizeOf(shape);
  return size === 1 || (size === shape.at(-1) && size === dimOf(output, 3));
}

/** A map in blocks times a number a channel, plus numbers a channel; `undefined` where the value is something else. */
export function scaledMap(to: Lowering, value: Value): Terms | undefined {
  const terms = termsOf(to, { value, isNegative: false }, value);
  const [product] = terms.products;
  const isOne = product !== undefined && terms.maps.length === 0 && isOnePass(terms);
  return isOne && to.isBlocked(product.value) ? terms : undefined;
}

/** The terms of the negative of a sum. */
export function negative({ maps, products, offsets }: Terms): Terms {
  const negate = <T extends Term>(term: T): T => ({ ...term, isNegative: !term.isNegative });
  return { maps: maps.map(negate), products: products.map(negate), offsets: offsets.map(negate) };
}

/** What {@link affinePass} reads besides the map: numbers a channel as a filter and as a bias, and what is added. */
export interface AffineOperands {
  readonly filter: string;
  readonly offset?: string | undefined;
  readonly added?: string | undefined;
}

/** Numbers a channel of a sum as its pass reads them; `map` is what has the factor. */
export function affineOperands(
  to: Lowering,
  channels: number,
  { maps, products, offsets }: Terms,
): AffineOperands & { map: Value; other: Value | undefined } {
  const vector = ({ value, isNegative }: Term): string => {
    const made = to.derive(value, `vector ${channels}`, () => {
      const source = to.source(value) ?? value;
      const name = to.uniform(source) ?? to.get(source);
      if (to.uniform(source) !== undefined || sizeOf(source.shape) === 1) {
        return to.node("Expand", [to.reshape(name, [1]), to.int64s([channels])]);
      }
      return vectorOf(to, source);
    });
    return isNegative ? to.derive(value, `negative ${channels}`, () => to.node("Neg", [made])) : made;
  };
  const [x = products[0] as Term] = [...products, ...maps.filter(({ isNegative }) => isNegative), ...maps];
  const [product] = products;
  const constant = (): string =>
    to.constant("float32", new Float32Array(channels).fill(x.isNegative ? -1 : 1), [channels]);
  const factor = product === undefined ? constant() : vector({ value: product.factor, isNegative: x.isNegative });
  const [first, ...rest] = offsets.map(vector);
  return {
    map: x.value,
    other: maps.find((map) => map !== x)?.value,
    filter: to.reshape(factor, [channels, 1, 1, 1]),
    offset: first && rest.reduce((sum, name) => to.node("Add", [sum, name]), first),
  };
}

/** Writes one pass over a map in blocks, with an activation where it has one, and returns the result's name, in blocks. */
export function affinePass(
  to: Lowering,
  channels: number,
  { map, filter, offset = "", added = "", activation }: AffineOperands & { map: string; activation?: "Sigmoid" },
): string {
  const read = [map, filter, offset, added];
  const attributes = { kernel_shape: ints([1, 1]), group: int(channels) };
  return to.nchwc("Conv", read, activation === undefined ? attributes : { ...attributes, activation: str(activation) });
}
