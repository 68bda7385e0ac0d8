import type { OnnxModel, OnnxNode } from "@lookonce/onnx";

/** Where the range of a value's bytes comes from. */
export type RangeSource =
  /** Pixels: bytes as they are. */
  | { readonly kind: "pixels" }
  /** Shares from 0 to 1. */
  | { readonly kind: "share" }
  /** The numbers that were seen; `activation` means that only x · σ(x) is made of them. */
  | { readonly kind: "seen"; readonly activation: boolean }
  /** x · σ(x) of another value. */
  | { readonly kind: "silu"; readonly of: string }
  /** The same bytes as another value's. */
  | { readonly kind: "same"; readonly as: string }
  /** Wide enough for all of these. */
  | { readonly kind: "union"; readonly of: readonly string[] };

/** What is computed with bytes. */
export interface QuantizationPlan {
  /** Values that are kept as bytes, in the order in which they are made. */
  readonly values: ReadonlyMap<string, RangeSource>;
  /** Convolutions with 8-bit weights. */
  readonly convolutions: ReadonlySet<OnnxNode>;
}

/** Operators that hand bytes on, or pick from them. */
const sameBytes: ReadonlySet<string> = new Set(["MaxPool", "Resize", "Slice"]);

/** Activations that runtimes join to the convolution before them. */
const joined: ReadonlySet<string> = new Set(["Relu", "LeakyRelu", "Clip"]);

/**
 * Decides what of a network is computed with bytes: convolutions but the last of each branch, whose numbers become boxes
 * and probabilities directly; the SiLU after them; sums, joins and poolings between them. All else stays in floats.
 */
export function planQuantization(network: OnnxModel): QuantizationPlan {
  const { nodes, inputs, outputs, initializers } = network.graph;
  const readers = readersOf(nodes);
  const ends = new Set(outputs.map(({ name }) => name));
  const values = new Map<string, RangeSource>(inputs.map(({ name }) => [name, { kind: "pixels" }]));
  const isInnerConvolution = ({ op, inputs: [, ...weights], outputs: [output = ""] }: OnnxNode): boolean =>
    op === "Conv" && weights.every((name) => initializers.has(name)) && !ends.has(output);
  for (const node of nodes) {
    const [output] = node.outputs as [string];
    if (ends.has(output) || node.domain !== "") continue;
    const after = readers.get(output) ?? [];
    const source = sourceOf(node, values, after);
    const feedsConvolution = after.some((reader) => reader.inputs[0] === output && isInnerConvolution(reader));
    if (source !== undefined) values.set(output, source);
    else if (feedsConvolution) values.set(output, { kind: "seen", activation: false });
  }
  const convolutions = nodes.filter(
    (node) => node.domain === "" && isInnerConvolution(node) && values.has(node.inputs[0] as string),
  );
  return { values, convolutions: new Set(convolutions) };
}

function sourceOf(
  node: OnnxNode,
  values: ReadonlyMap<string, RangeSource>,
  after: readonly OnnxNode[],
): RangeSource | undefined {
  const [input] = node.inputs as [string];
  const isKnown = values.has(input);
  switch (node.op) {
    case "Conv":
      if (after.length === 1 && joined.has((after[0] as OnnxNode).op)) return undefined;
      return isKnown ? { kind: "seen", activation: isSilu(node.outputs[0] as string, after) } : undefined;
    case "Sigmoid":
      return isKnown && after.length === 1 && isGate(after[0] as OnnxNode, input) ? { kind: "share" } : undefined;
    case "Mul": {
      const isShare = (name: string): boolean => values.get(name)?.kind === "share";
      const gated = node.inputs.some(isShare) ? node.inputs.find((name) => !isShare(name)) : undefined;
      return gated !== undefined && values.has(gated) ? { kind: "silu", of: gated } : undefined;
    }
    case "Add":
      return node.inputs.every((name) => values.has(name)) ? { kind: "seen", activation: false } : undefined;
    case "Concat":
      return node.inputs.every((name) => values.has(name)) ? { kind: "union", of: node.inputs } : undefined;
    default:
      return isKnown && sameBytes.has(node.op) ? { kind: "same", as: input } : undefined;
  }
}

function readersOf(nodes: readonly OnnxNode[]): Map<string, OnnxNode[]> {
  const readers = new Map<string, OnnxNode[]>();
  for (const node of nodes) {
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  return readers;
}

/** Whether a value is only read by a sigmoid and by the product of both: x · σ(x), SiLU. */
function isSilu(name: string, after: readonly OnnxNode[]): boolean {
  const ops = after.map(({ op }) => op).sort();
  return ops.join() === "Mul,Sigmoid" && after.every((node) => node.op === "Sigmoid" || isGate(node, name));
}

function isGate(node: OnnxNode, name: string): boolean {
  return node.op === "Mul" && node.inputs.includes(name);
}
