import { int, ints, type OnnxModel, type OnnxNode } from "@lookonce/onnx";
import { imageInput } from "./file-form.ts";

const floatType = 1;
const halfType = 10;

/**
 * The same model for our own use: it takes images as their bytes, [N, H, W, 3], where it took planes of numbers from 0 to 1
 * in single or half precision, and gives its first output in single precision. So no pixel is touched in JavaScript.
 */
export function takeImages(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const input = imageInput(model);
  const [output] = graph.outputs;
  if (input === undefined || output === undefined) return model;
  const [batch, , height, width] = input.shape as readonly (number | string)[];
  const name = freePrefix(model, `${input.name}/pixels`);
  const divisor = `${name}/largest`;
  const isHalf = input.type === "float16";
  const steps: Omit<OnnxNode, "name" | "domain">[] = [
    { op: "Transpose", inputs: [name], outputs: [`${name}/planes`], attributes: { perm: ints([0, 3, 1, 2]) } },
    { op: "Cast", inputs: [`${name}/planes`], outputs: [`${name}/single`], attributes: { to: int(floatType) } },
    { op: "Div", inputs: [`${name}/single`, divisor], outputs: [isHalf ? `${name}/unit` : input.name], attributes: {} },
  ];
  if (isHalf) {
    steps.push({ op: "Cast", inputs: [`${name}/unit`], outputs: [input.name], attributes: { to: int(halfType) } });
  }
  const single = `${output.name}/single`;
  const ends: typeof steps =
    output.type === "float16"
      ? [{ op: "Cast", inputs: [output.name], outputs: [single], attributes: { to: int(floatType) } }]
      : [];
  const complete = (nodes: typeof steps): OnnxNode[] =>
    nodes.map((node) => ({ ...node, name: node.outputs[0] as string, domain: "" }));
  return {
    ...model,
    // Below version 4 of the file format weights have to be inputs too.
    irVersion: Math.max(4, model.irVersion),
    graph: {
      ...graph,
      inputs: [{ name, type: "uint8", shape: [batch ?? "batch", height ?? "height", width ?? "width", 3] }],
      initializers: new Map([
        ...graph.initializers,
        [divisor, { type: "float32" as const, shape: [], data: Float32Array.of(255) }],
      ]),
      nodes: [...complete(steps), ...graph.nodes, ...complete(ends)],
      outputs: [ends.length > 0 ? { ...output, name: single, type: "float32" } : output],
    },
  };
}

/** A name that neither a value of the model has, nor the beginning of one: quantized files have names of their own here. */
function freePrefix({ graph }: OnnxModel, wanted: string): string {
  const taken = [...graph.initializers.keys(), ...graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs])];
  let prefix = wanted;
  for (let i = 1; taken.some((name) => name.startsWith(prefix)); i++) prefix = `${wanted}_${i}`;
  return prefix;
}
