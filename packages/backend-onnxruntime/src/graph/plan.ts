import { type Node, numbering, sizeOf, textOf, type Value } from "./value.ts";

/** Constants of at most this many elements are written into a graph; larger ones are inputs. */
const largestConstant = 16;

/** The part of the recorded calls that some asked-for values need. */
export interface Plan {
  readonly nodes: readonly Node[];
  /** Values with contents that the nodes read. */
  readonly inputs: readonly Value[];
  /** Small values with contents that are written into the graph as long as they stay the same. */
  readonly constants: readonly Value[];
  readonly outputs: readonly Value[];
  /** Whether convolutions and matmuls compute in half precision. */
  readonly autocast: boolean;
  /** Which outputs, by number, stay in the device's memory; all others are fetched to the host. */
  readonly resident: ReadonlySet<number>;
  /** Plans of the same group alternate and share one session's working memory; without one a plan has its own. */
  readonly group: string | undefined;
  /** Whether outputs are computed in the order of their calls. */
  readonly inOrder: boolean;
  /** Equal for plans with the same structure, shapes, types and attributes, whatever the contents. */
  readonly key: string;
}

/** Options of {@link makePlan}. */
export interface PlanOptions {
  autocast?: boolean;
  /** Outputs that stay in the device's memory. */
  resident?: ReadonlySet<Value>;
  group?: string | undefined;
  /**
   * Whether outputs are computed in the order of their calls, and what they need just before. Default `false`: ONNX Runtime
   * begins with what the last outputs need, which is fine where those need nearly everything.
   */
  inOrder?: boolean;
}

const shapeNumber = numbering();

/** Collects the calls that the outputs depend on, in the order in which they were made. */
export function makePlan(
  outputs: readonly Value[],
  { autocast = false, resident: staying = new Set(), group, inOrder = false }: PlanOptions = {},
): Plan {
  const nodes = reachable(outputs);
  const numbers = new Map<Value, number>();
  const inputs: Value[] = [];
  const constants: Value[] = [];
  const words: number[] = [];
  for (const node of nodes) {
    const read = Object.values(node.inputs);
    words.push(node.signature, read.length);
    for (const value of read) words.push(value === undefined ? -1 : numberOf(value));
    for (const value of node.outputs) numbers.set(value, numbers.size);
  }
  words.push(-2);
  for (const value of outputs) words.push(numberOf(value));
  if (autocast) words.push(-4);
  if (inOrder) words.push(-6);
  const resident = new Set(outputs.flatMap((value, i) => (staying.has(value) ? [i] : [])));
  if (resident.size > 0) words.push(-5, ...resident);
  const key = textOf(new Uint16Array(Int32Array.from(words).buffer));
  return { nodes, inputs, constants, outputs, autocast, resident, group, inOrder, key };

  function numberOf(value: Value): number {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    const isConstant = !value.isInput && value.placeholder === undefined && sizeOf(value.shape) <= largestConstant;
    (isConstant ? constants : inputs).push(value);
    const number = numbers.size;
    numbers.set(value, number);
    // A leaf's first use includes its type, and whether it is a constant.
    words.push(-3, isConstant ? 1 : 0, shapeNumber(`${value.dtype}:${value.shape}`));
    return number;
  }
}

function reachable(outputs: readonly Value[]): Node[] {
  const seen = new Set<Node>();
  const stack: Node[] = [];
  const visit = (value: Value | undefined): void => {
    const node = value?.producer;
    if (node !== undefined && !seen.has(node)) {
      seen.add(node);
      stack.push(node);
    }
  };
  for (const value of outputs) visit(value);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const value of Object.values(node.inputs)) visit(value);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
