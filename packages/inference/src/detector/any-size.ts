import type { OnnxModel, TensorValue } from "@lookonce/onnx";

/**
 * The graph for images of any size and number, from those of two sizes: when they differ in nothing but the shapes of what goes
 * in and comes out, nothing in them depends on the size. `undefined` for networks where something does, such as
 * attention, whose reshapes count the cells.
 *
 * @param one a graph of one input [N, H, W, C] and outputs [N, h, w, c]
 * @param other the same network's for another height, width and number of images
 */
export function anySizeGraph(one: OnnxModel, other: OnnxModel): OnnxModel | undefined {
  const { graph } = one;
  if (JSON.stringify(graph.nodes, plain) !== JSON.stringify(other.graph.nodes, plain)) return undefined;
  if (!sameConstants(graph.initializers, other.graph.initializers)) return undefined;
  return {
    ...one,
    graph: {
      ...graph,
      inputs: graph.inputs.map((port) => ({ ...port, shape: ["batch", "height", "width", port.shape?.[3] ?? 3] })),
      outputs: graph.outputs.map((port, i) => ({
        ...port,
        shape: ["batch", `height${i}`, `width${i}`, port.shape?.[3] ?? "channels"],
      })),
    },
  };
}

function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}

function sameConstants(one: OnnxModel["graph"]["initializers"], other: OnnxModel["graph"]["initializers"]): boolean {
  if (one.size !== other.size) return false;
  for (const [name, value] of one) {
    const twin = other.get(name);
    if (twin === undefined || twin.type !== value.type || twin.shape.join() !== value.shape.join()) return false;
    const [a, b] = [value.data, twin.data] as TensorValue["data"][];
    if (a !== b && Buffer.compare(bytesOf(a as ArrayBufferView), bytesOf(b as ArrayBufferView)) !== 0) return false;
  }
  return true;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
