import { backend_util, type DataType } from "@tensorflow/tfjs-core";
import { type Call, type Kernel, kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { sizeOf, type Value } from "../graph/value.ts";

/**
 * Writes an element-wise, broadcasting computation in the layout in which its largest inputs are at hand.
 *
 * @param make given the inputs' names in a common layout, writes the nodes and returns the result's name
 */
export function elementwise(to: Lowering, call: Call, make: (names: string[]) => string): void {
  const { inputs, output } = call;
  const size = sizeOf(output.shape);
  // A tensor that repeats one number joins as a scalar, as long as another input gives the result its shape.
  const rank = output.shape.length;
  const isShaped = inputs.some(
    (value) =>
      sizeOf(value.shape) === size &&
      value.shape.length === rank &&
      to.uniform(value) === undefined &&
      to.source(value) === undefined,
  );
  // Likewise one that was broadcast to the shape joins as it was before.
  const operands = inputs.map((value) => (isShaped ? (to.source(value) ?? value) : value));
  const scalar = (value: Value): string | undefined => (isShaped ? to.uniform(value) : undefined);
  // Where all is one element, the result still has to have its four axes.
  const spread = (value: Value): string =>
    size === 1 && value.shape.length === 4 ? to.getChannelsFirst(value) : broadcastable(to, value);
  const isChannelsFirst =
    output.shape.length === 4 && inputs.some((value) => sizeOf(value.shape) === size && to.isChannelsFirst(value));
  if (isChannelsFirst) {
    to.setChannelsFirst(output, make(operands.map((value) => scalar(value) ?? spread(value))));
  } else {
    to.set(output, make(operands.map((value) => scalar(value) ?? to.get(value))));
  }
}

/** The name under which a value of any rank broadcasts against tensors of rank 4 with channels first. */
export function broadcastable(to: Lowering, value: Value): string {
  const { shape } = value;
  if (sizeOf(shape) === 1)
    return shape.length <= 1 ? to.get(value) : to.derive(value, "scalar", () => to.reshape(to.get(value), []));
  if (shape.length === 4) return to.getChannelsFirst(value);
  return to.derive(value, "broadcast", () => {
    const aligned = [...new Array<number>(4 - shape.length).fill(1), ...shape];
    return to.toChannelsFirst(to.reshape(to.get(value), aligned), aligned);
  });
}

/** A kernel of one tensor `x` whose output has the same shape. */
export function unary<A extends object>(
  make: (to: Lowering, x: string, attrs: A, dtype: DataType) => string,
  result?: DataType,
): Kernel {
  return kernel<A>({
    inputs: ["x"],
    infer: ([x]) => ({ shape: x!.shape, dtype: result ?? x!.dtype }),
    lower: (to, call) => elementwise(to, call, ([x]) => make(to, x!, call.attrs, call.inputs[0]!.dtype)),
  });
}

/** A kernel of two tensors `a` and `b` that broadcast against each other. */
export function binary(
  make: (to: Lowering, a: string, b: string, dtype: DataType) => string,
  result?: DataType,
): Kernel {
  return kernel({
    inputs: ["a", "b"],
    infer: ([a, b]) => ({
      shape: backend_util.assertAndGetBroadcastShape(a!.shape as number[], b!.shape as number[]),
      dtype: result ?? a!.dtype,
    }),
    lower: (to, call) => elementwise(to, call, ([a, b]) => make(to, a!, b!, call.inputs[0]!.dtype)),
  });
}
