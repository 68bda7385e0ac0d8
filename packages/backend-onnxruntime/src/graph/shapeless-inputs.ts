import { elementwise, lateCalls } from "./join-vectors.ts";
import { type Node, operandsOf, type Value } from "./value.ts";

/**
 * Returns which inputs of a graph need not say their shape: vectors, and tensors that only updates read, such as momentum.
 *
 * For each result of a known shape ONNX Runtime goes through all memory that is free at that point, for one of the same size.
 * A training step has some thousand small results of updates, for which that is a sixth of the time to compile it; they get memory
 * from the arena as well.
 */
export function shapelessInputs(nodes: readonly Node[]): (value: Value) => boolean {
  const late = lateCalls(nodes, ({ kernel }) => elementwise.has(kernel));
  const readByOthers = new Set(nodes.filter((node) => !late.has(node)).flatMap(operandsOf));
  return (value) => value.shape.length === 1 || (value.shape.length > 1 && !readByOthers.has(value));
}
