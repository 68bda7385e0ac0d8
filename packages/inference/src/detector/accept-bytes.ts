import type { ImageInput } from "@lookonce/families";
import { elementType, ints, type OnnxModel, type OnnxNode, type ValueInfo } from "@lookonce/onnx";

/** The input of a detector: the first that is no weight (old files list weights, too). */
export function imageInput({ graph }: OnnxModel): ValueInfo | undefined {
  return graph.inputs.find(({ name }) => !graph.initializers.has(name));
}

const singleType = elementType("float32");
const halfType = elementType("float16");

/** How bytes from 0 to 255 become the input's numbers from 0 to 1. */
export interface ByteConversion {
  op: "Div" | "Mul";
  /** The operator's second operand. */
  by: number;
  /** Whether the input is [N, H, W, 3], as bytes are. Default false: [N, 3, H, W]. */
  channelsLast?: boolean;
  /** Of each channel what is subtracted from numbers from 0 to 1, and what the difference is divided by. Default: nothing. */
  normalization?: ImageInput["normalization"];
}

/**
 * Converts the input of a model to the bytes of images, [N, H, W, 3], from numbers from 0 to 1 in single or half precision,
 * and its first output to single precision. So no pixel is converted in JavaScript.
 */
export function acceptBytes(
  model: OnnxModel,
  { op, by, channelsLast = false, normalization }: ByteConversion,
): OnnxModel {
  const { graph } = model;
  const input = imageInput(model);
  const [output, ...otherOutputs] = graph.outputs;
  if (input === undefined || output === undefined) return model;
  const sides = (input.shape ?? []).toSpliced(channelsLast ? 3 : 1, 1);
  const [batch = "batch", height = "height", width = "width"] = sides;
  const name = freePrefix(model, `${input.name}/pixels`);
  const isHalf = input.type === "float16";
  const float = isHalf ? `${name}/unit` : input.name;
  const channels = channelsLast ? [3] : [3, 1, 1];
  const perChannel = (values: readonly number[]) => {
    return { type: "float32" as const, shape: channels, data: Float32Array.from(values) };
  };
  // Bytes are a quarter of the numbers' size: they are transposed first
  const planes = channelsLast ? name : `${name}/planes`;
  const before = [
    ...(channelsLast ? [] : [node(["Transpose", name], planes, { perm: ints([0, 3, 1, 2]) })]),
    node(["Cast", planes], `${name}/single`, { to: singleType }),
    node([op, `${name}/single`, `${name}/scale`], normalization === undefined ? float : `${name}/share`),
    ...(normalization === undefined
      ? []
      : [
          node(["Sub", `${name}/share`, `${name}/mean`], `${name}/centered`),
          node(["Div", `${name}/centered`, `${name}/deviation`], float),
        ]),
    ...(isHalf ? [node(["Cast", `${name}/unit`], input.name, { to: halfType })] : []),
  ];
  const returnsHalf = output.type === "float16";
  const single = `${output.name}/single`;
  const scale = { type: "float32" as const, shape: [], data: Float32Array.of(by) };
  return {
    ...model,
    // Below version 4 of the file format weights have to be inputs too.
    irVersion: Math.max(4, model.irVersion),
    graph: {
      ...graph,
      inputs: [{ name, type: "uint8", shape: [batch, height, width, 3] }],
      initializers: new Map([
        ...graph.initializers,
        [`${name}/scale`, scale],
        ...(normalization === undefined
          ? []
          : ([
              [`${name}/mean`, perChannel(normalization.mean)],
              [`${name}/deviation`, perChannel(normalization.deviation)],
            ] as const)),
      ]),
      nodes: [
        ...before,
        ...graph.nodes,
        ...(returnsHalf ? [node(["Cast", output.name], single, { to: singleType })] : []),
      ],
      outputs: [returnsHalf ? { ...output, name: single, type: "float32" } : output, ...otherOutputs],
    },
  };
}

/** A node of one of ONNX's own operators, named as its output. */
export function node(
  [op, ...inputs]: [op: string, ...inputs: string[]],
  to: string,
  attributes: OnnxNode["attributes"] = {},
): OnnxNode {
  return { op, inputs, outputs: [to], attributes, name: to, domain: "" };
}

/** A name that neither a value of the model has, nor the beginning of one: quantized files have names of their own here. */
function freePrefix({ graph }: OnnxModel, wanted: string): string {
  const taken = [...graph.initializers.keys(), ...graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs])];
  let prefix = wanted;
  for (let i = 1; taken.some((name) => name.startsWith(prefix)); i++) prefix = `${wanted}_${i}`;
  return prefix;
}
