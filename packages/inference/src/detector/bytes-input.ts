import { int, type OnnxModel, type OnnxNode } from "@lookonce/onnx";

const domain = "";

/**
 * Puts the conversion of bytes from 0 to 255 to numbers from 0 to 1 before a network that takes `[N, H, W, 3]` of them. Its
 * input is called `images` then.
 *
 * A network that begins by moving channels to the front moves bytes, which are a quarter of the numbers' size.
 */
export function takeBytes(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const [input] = graph.inputs as [OnnxModel["graph"]["inputs"][number]];
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(input.name));
  const [first] = readers;
  const turns = readers.length === 1 && first?.op === "Transpose" ? first : undefined;
  const [bytes, numbers] = turns === undefined ? ["images", input.name] : ["images/turned", turns.outputs[0] as string];
  const before: OnnxNode[] = turns === undefined ? [] : [{ ...turns, inputs: ["images"], outputs: [bytes] }];
  const cast = { domain, name: "images/cast", inputs: [bytes], outputs: ["images/float"], attributes: { to: int(1) } };
  const scale = { domain, name: "images/mul", inputs: ["images/float", "images/unit"], outputs: [numbers] };
  return {
    ...model,
    graph: {
      ...graph,
      inputs: [{ name: "images", type: "uint8", shape: input.shape }],
      initializers: new Map([
        ...graph.initializers,
        ["images/unit", { type: "float32" as const, shape: [], data: Float32Array.of(1 / 255) }],
      ]),
      nodes: [
        ...before,
        { op: "Cast", ...cast },
        { op: "Mul", ...scale, attributes: {} },
        ...graph.nodes.filter((node) => node !== turns),
      ],
    },
  };
}
