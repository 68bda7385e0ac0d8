import { backend_util } from "@tensorflow/tfjs-core";
import type { Kernel, Kernels, UnaryKernel } from "../graph/kernel.ts";
import type { UnaryName } from "../graph/kernel-types.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { NumericType } from "../graph/signature.ts";
import { shape4, sizeOf, type Value } from "../graph/value.ts";

/**
 * Writes an element-wise, broadcasting computation in the layout that its largest inputs already have.
 *
 * @param make writes the nodes, from the inputs' names in a common layout, and returns the result's name
 */
export function elementwise<const V extends readonly Value[]>(
  to: Lowering,
  { inputs, output }: { inputs: V; output: Value },
  make: (names: { readonly [I in keyof V]: string }) => string,
): void {
  const size = sizeOf(output.shape);
  // A tensor that repeats one number joins as a scalar, as long as another input has the result's shape.
  const rank = output.shape.length;
  const isShaped = inputs.some(
    (value) =>
      sizeOf(value.shape) === size &&
      value.shape.length === rank &&
      to.uniform(value) === undefined &&
      to.source(value) === undefined,
  );
  // Likewise one that was broadcast to the shape joins as it was before.
  const scalar = (value: Value): string | undefined => (isShaped ? to.uniform(value) : undefined);
  const source = (value: Value): Value => (isShaped ? (to.source(value) ?? value) : value);
  const name = (read: (value: Value) => string, value: Value): string => scalar(source(value)) ?? read(source(value));
  const names = (read: (value: Value) => string) =>
    inputs.map((value) => name(read, value)) as { readonly [I in keyof V]: string };
  // Where all is one element, the result still has to have its four axes.
  const spread = (value: Value): string =>
    size === 1 && value.shape.length === 4 ? to.getChannelsFirst(value) : broadcastable(to, value);
  const isFull = ({ shape }: Value): boolean => rank === 4 && shape.length === 4 && sizeOf(shape) === size;
  if (to.canBlock(output) && inputs.some((value) => isFull(value) && to.isBlocked(value))) {
    // Without broadcasting, blocks are as good as any order: as the convolutions left them.
    if (inputs.every((value) => scalar(source(value)) !== undefined || isFull(source(value)))) {
      to.setBlocked(output, make(names((value) => to.getBlocked(value))));
    } else to.setBlocks(output, make(names((value) => blockable(to, value))));
    return;
  }
  const isChannelsFirst = inputs.some((value) => isFull(value) && to.isChannelsFirst(value));
  if (isChannelsFirst) to.setChannelsFirst(output, make(names(spread)));
  else to.set(output, make(names((value) => to.get(value))));
}

/** The name of the value's elements as a vector. */
export function vectorOf(to: Lowering, value: Value): string {
  const { shape } = value;
  return shape.length === 1 ? to.get(value) : to.reshape(to.get(value), [sizeOf(shape)]);
}

/** The name under which a value of any rank broadcasts against tensors of rank 4 with channels first. */
export function broadcastable(to: Lowering, value: Value): string {
  const { shape } = value;
  if (sizeOf(shape) === 1) return shape.length <= 1 ? to.get(value) : to.reshape(to.get(value), []);
  if (shape.length === 4) return to.getChannelsFirst(value);
  return to.derive(value, "broadcast", () => {
    const aligned = [...new Array<number>(4 - shape.length).fill(1), ...shape];
    return to.toChannelsFirst(to.reshape(to.get(value), aligned), aligned);
  });
}

/** The name under which a value of any rank broadcasts against tensors of rank 4 in blocks, [n, c / block, h, w, block]. */
export function blockable(to: Lowering, value: Value): string {
  const { shape } = value;
  if (sizeOf(shape) === 1) return broadcastable(to, value);
  if (to.canBlock(value) && (to.isBlocked(value) || sizeOf(shape.slice(0, 3)) > 1)) return to.getBlocks(value);
  return to.derive(value, "blocks", () => {
    const [n, h, w, c] = shape4({ shape: [...new Array<number>(4 - shape.length).fill(1), ...shape] });
    const inner = c === 1 ? 1 : (to.block ?? 1);
    const split = to.reshape(to.get(value), [n, h, w, c / inner, inner]);
    return h * w === 1 ? to.reshape(split, [n, c / inner, 1, 1, inner]) : to.transpose(split, [0, 3, 1, 2, 4]);
  });
}

/** A kernel of one tensor `x` whose output has the same shape. */
export function unary<A extends object>(
  make: (to: Lowering, x: string, attrs: A, dtype: NumericType) => string,
  result?: NumericType,
): UnaryKernel<A> {
  return {
    infer: ({ x: { shape, dtype } }) => ({ shape, dtype: result ?? dtype }),
    lower: (to, { inputs: { x }, attrs, output }) =>
      elementwise(to, { inputs: [x], output }, ([name]) => make(to, name, attrs, x.dtype)),
  };
}

/** Kernels that are the ONNX operator of the same name. */
export function operators<K extends UnaryName>(...names: readonly K[]): Kernels<K> {
  return Object.fromEntries(names.map((name) => [name, unary((to, x) => to.node(name, [x]))])) as Kernels<K>;
}

/** A kernel of two tensors `a` and `b` that broadcast against each other. */
export function binary(
  make: (to: Lowering, a: string, b: string, dtype: NumericType) => string,
  result?: NumericType,
): Kernel<"Add"> {
  return {
    infer: ({ a, b }) => ({
      shape: backend_util.assertAndGetBroadcastShape(a.shape, b.shape),
      dtype: result ?? a.dtype,
    }),
    lower: (to, { inputs: { a, b }, output }) =>
      elementwise(to, { inputs: [a, b], output }, ([left, right]) => make(to, left, right, a.dtype)),
  };
}
