import { LookonceError } from "@lookonce/errors";
import { type AnyTensorValue, GraphBuilder, int, type OnnxModel, type OnnxNode, type ValueInfo } from "@lookonce/onnx";
import { int64, int64s } from "./constants.ts";
import type { NetworkSpec } from "./network.ts";

/** Names by which sizes that are free are known: axes of `images`. */
const sides = ["batch", "height", "width"] as const;

/**
 * The same network for images of any size and number.
 *
 * A network written for one size contains it in shapes that are inputs of its nodes. Here the network is written
 * down four times, with the batch, the height and the width doubled one by one: a number that doubles along depends on that
 * size, and is computed from the images' shape instead. Convolutions, poolings and the like accept any size as they are.
 *
 * @param write writes the network for images of a size
 * @param step what sides of images are multiples of
 * @throws LookonceError `UNSUPPORTED` for networks that contain the size in other ways, such as a table of weights a place
 */
export async function withFreeSizes(
  write: (spec: NetworkSpec) => Promise<OnnxModel>,
  { step, opset }: { step: number; opset: number },
): Promise<OnnxModel> {
  // No two alike, and none so small that a map has a single row: what is one in number is written in a simpler way.
  const spec = { batch: 2, height: 4 * step, width: 6 * step, opset };
  const network = await write(spec);
  const doubled = await Promise.all(sides.map((side) => write({ ...spec, [side]: 2 * spec[side] })));
  const graph = new GraphBuilder({ name: network.graph.name });
  graph.scope = "sizes";
  // Sizes are read from the images, also by a graph behind the network that has none.
  const images: ValueInfo = { name: "images", type: "float32", shape: [2, 3, spec.height, spec.width] };
  for (const { name, type, shape } of new Map(
    [images, ...network.graph.inputs].map((input) => [input.name, input]),
  ).values()) {
    graph.input(name, type, ["batch", shape?.[1] as number, "height", "width"]);
  }
  for (const [name, value] of network.graph.initializers) graph.initializer(value, name);
  const computed = new ComputedShapes(graph, spec);
  for (const [i, node] of network.graph.nodes.entries()) {
    const others = doubled.map((other) => other.graph.nodes[i]);
    requireSame(node, others);
    const inputs = node.inputs.map((input, j) => {
      const value = network.graph.initializers.get(input);
      if (value === undefined) return input;
      const values = doubled.map((other, k) => other.graph.initializers.get(others[k]?.inputs[j] as string));
      return isSame(value, values) ? input : computed.shape(node, [value, ...values]);
    });
    graph.multi(node.op, inputs, node.attributes, { domain: node.domain, outputs: node.outputs, name: node.name });
  }
  for (const { name, type } of network.graph.outputs) graph.output(name, type);
  return { ...network, graph: graph.build({ opset: spec.opset }).graph };
}

function requireSame(node: OnnxNode, others: readonly (OnnxNode | undefined)[]): void {
  const attributes = JSON.stringify(node.attributes);
  for (const other of others) {
    if (other?.op === node.op && JSON.stringify(other.attributes) === attributes) continue;
    throw unsupported(node);
  }
}

function unsupported(node: OnnxNode): LookonceError {
  return new LookonceError(
    "UNSUPPORTED",
    `the model cannot be exported for images of any size: ${node.name} (${node.op}) works for one size only. Export it without dynamic.`,
  );
}

function isSame(value: AnyTensorValue, others: readonly (AnyTensorValue | undefined)[]): boolean {
  return others.every(
    (other) =>
      other?.type === value.type &&
      other.shape.join() === value.shape.join() &&
      other.data.length === value.data.length &&
      value.data.every((element, i) => Object.is(element, other.data[i])),
  );
}

/** Shapes that are computed from that of `images`, each number once. */
class ComputedShapes {
  readonly #graph: GraphBuilder;
  readonly #spec: NetworkSpec;
  readonly #numbers = new Map<string, string>();

  constructor(graph: GraphBuilder, spec: NetworkSpec) {
    this.#graph = graph;
    this.#spec = spec;
  }

  /** A list of whole numbers that came out as `values` for the spec and with each of its sizes doubled. */
  shape(node: OnnxNode, values: readonly (AnyTensorValue | undefined)[]): string {
    const lists = values.map((value) => {
      if (value?.type !== "int64" || value.shape.length !== 1) throw unsupported(node);
      return Array.from(value.data as BigInt64Array, Number);
    });
    const [first, ...others] = lists as [number[], ...number[][]];
    if (others.some(({ length }) => length !== first.length)) throw unsupported(node);
    const names = first.map((number, i) => {
      const exponents = others.map((list) => Math.log2((list[i] as number) / number));
      if (!exponents.every((exponent) => exponent === 0 || exponent === 1 || exponent === 2)) {
        if (others.every((list) => list[i] === number)) return int64s(this.#graph, [number]);
        throw unsupported(node);
      }
      return this.#number(number, exponents);
    });
    return names.length === 1 ? (names[0] as string) : this.#graph.node("Concat", names, { axis: int(0) });
  }

  /** A number as `factor · batchⁱ · heightʲ · widthᵏ / divisor`, in lowest terms. */
  #number(number: number, exponents: readonly number[]): string {
    const whole = sides.reduce((product, side, i) => product * this.#spec[side] ** (exponents[i] as number), 1);
    const shared = greatestDivisor(number, whole);
    const [factor, divisor] = [number / shared, whole / shared];
    const key = [factor, divisor, ...exponents].join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const graph = this.#graph;
    const factors = exponents.flatMap((exponent, i) => new Array<string>(exponent).fill(this.#size(i)));
    if (factor !== 1 || factors.length === 0) factors.push(int64s(graph, [factor]));
    const product = factors.reduce((left, right) => graph.node("Mul", [left, right]));
    const name = divisor === 1 ? product : graph.node("Div", [product, int64s(graph, [divisor])]);
    this.#numbers.set(key, name);
    return name;
  }

  /** One of the sizes of `images`, as a list of one number. */
  #size(i: number): string {
    const known = this.#numbers.get(`size ${i}`);
    if (known !== undefined) return known;
    const axis = [0, 2, 3][i] as number;
    const shape = this.#graph.node("Shape", ["images"]);
    const size = this.#graph.node("Gather", [shape, int64(this.#graph, axis)]);
    const name = this.#graph.node("Unsqueeze", [size, int64s(this.#graph, [0])]);
    this.#numbers.set(`size ${i}`, name);
    return name;
  }
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : greatestDivisor(b, a % b);
}
