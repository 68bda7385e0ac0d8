import { familySettings } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import type { Size } from "@lookonce/image";
import {
  int,
  ints,
  modelMetadata,
  type OnnxModel,
  type OnnxNode,
  parseClassNames,
  type ValueInfo,
} from "@lookonce/onnx";
import type { DetectorFamily } from "./detector.ts";

const { v5, v8 } = familySettings;

/** The largest stride of YOLO models that do not say theirs. */
const usualStride = 32;

/** What of a file's predictions a row or column is; see `FileDetector`. */
export type FileOutput =
  | { readonly kind: "predictions"; readonly layout: "NAC" | "NCA" }
  /** Rows of left, top, right, bottom, confidence, class: suppression is part of the file. */
  | { readonly kind: "detections" };

/** Input and output of an exported detector. */
export interface FileFormat {
  readonly family: DetectorFamily;
  readonly names: readonly string[];
  readonly stride: number;
  /** The only size of its images; absent where it accepts any. */
  readonly fixedSize: Size | undefined;
  /** The only number of images in a batch; absent where it accepts any. */
  readonly fixedBatch: number | undefined;
  readonly output: FileOutput;
}

/** The input of an exported detector: the first that is no weight (old files list weights, too). */
function imageInput({ graph }: OnnxModel): ValueInfo | undefined {
  return graph.inputs.find(({ name }) => !graph.initializers.has(name));
}

/**
 * Reads the format of a file's input and output.
 *
 * @param measure runs the file and returns the shape of its first output; called where the file does not declare it
 * @throws LookonceError `UNSUPPORTED` for files that are no detectors or of another form
 */
export async function readFileFormat(
  path: string,
  model: OnnxModel,
  measure: () => Promise<readonly number[]>,
): Promise<FileFormat> {
  const metadata = modelMetadata(model);
  if (metadata.task !== undefined && metadata.task !== "detect") {
    throw new LookonceError("UNSUPPORTED", `${path} is a model for "${metadata.task}"; only "detect" can be run.`);
  }
  const [batch, , height, width] = inputShape(path, imageInput(model));
  const parsed = metadata.names === undefined ? undefined : parseClassNames(metadata.names);
  const stride = Number(metadata.stride);
  const declared = model.graph.outputs[0]?.shape;
  const shape = isSufficient(declared, parsed?.length) ? declared : await measure();
  const { family, nc, output } = readOutput(path, shape, { nc: parsed?.length, model, metadata });
  return {
    family,
    names: parsed ?? Array.from({ length: nc }, (_, i) => String(i)),
    stride: Number.isInteger(stride) && stride > 0 ? stride : usualStride,
    fixedSize: typeof height === "number" && typeof width === "number" ? { width, height } : undefined,
    fixedBatch: typeof batch === "number" ? batch : undefined,
    output,
  };
}

type Shape = readonly (number | string)[];

function inputShape(path: string, input: ValueInfo | undefined): Shape {
  const shape = input?.shape ?? [];
  const [batch, channels, height, width] = shape;
  const isImage = shape.length === 4 && (channels === 3 || typeof channels === "string") && batch !== 0;
  const isWhole = typeof height === typeof width;
  if ((input?.type === "float32" || input?.type === "float16") && isImage && isWhole) return shape;
  const accepts = input === undefined ? "accepts nothing" : `accepts ${input.type} [${shape.join(", ")}]`;
  const hint = channels !== 3 && width === 3 ? " Export it with channels first." : "";
  throw new LookonceError(
    "UNSUPPORTED",
    `${path} ${accepts}; a detector accepts float32 images [1, 3, height, width], or float16 ones.${hint}`,
  );
}

/** Whether a declared shape is enough to find the layout. */
function isSufficient(shape: Shape | undefined, nc: number | undefined): shape is Shape {
  if (shape === undefined) return false;
  if (shape.length !== 3) return true;
  const [, rows, columns] = shape as readonly [unknown, number | string, number | string];
  if (nc === undefined) return typeof rows === "number" && typeof columns === "number";
  return [4 + nc, 5 + nc].includes(rows as number) || [4 + nc, 5 + nc, 6].includes(columns as number) || isFixed(shape);
}

function isFixed(shape: Shape): boolean {
  return shape.slice(1).every((side) => typeof side === "number");
}

interface OutputClues {
  /** How many class names there are. */
  nc: number | undefined;
  model: OnnxModel;
  metadata: Readonly<Record<string, string>>;
}

function readOutput(
  path: string,
  shape: Shape,
  clues: OutputClues,
): { family: DetectorFamily; nc: number; output: FileOutput } {
  const { nc, metadata } = clues;
  const [, rows, columns] = shape;
  const is = (family: DetectorFamily, layout: "NAC" | "NCA", classes: number): ReturnType<typeof readOutput> => ({
    family,
    nc: classes,
    output: { kind: "predictions", layout },
  });
  if (shape.length === 3 && columns === 6 && isSuppressed(clues)) {
    if (nc === undefined) throw unnamed(path);
    return { family: metadata.family === v5.name ? v5 : v8, nc, output: { kind: "detections" } };
  }
  if (shape.length === 3 && nc !== undefined) {
    if (rows === 4 + nc) return is(v8, "NCA", nc);
    if (columns === 5 + nc) return is(v5, "NAC", nc);
    if (columns === 4 + nc) return is(v8, "NAC", nc);
    if (rows === 5 + nc) return is(v5, "NCA", nc);
  }
  // Anchors are many more than channels, and the families have their channels on different axes.
  if (shape.length === 3 && nc === undefined && typeof rows === "number" && typeof columns === "number") {
    if (rows < columns && rows > 4) return is(v8, "NCA", rows - 4);
    if (columns < rows && columns > 5) return is(v5, "NAC", columns - 5);
  }
  throw unknownOutput(path, shape, nc);
}

/**
 * Whether rows of six are detections, not YOLOv5's predictions of a single class: exporters record it, and suppression or a
 * choice of the best shows in the graph.
 */
function isSuppressed({ nc, model, metadata }: OutputClues): boolean {
  if (/'nms':\s*True/.test(metadata.args ?? "") || metadata.end2end === "True") return true;
  if (nc !== undefined && nc !== 1) return true;
  const signs = ["NonMaxSuppression", "TopK", "EfficientNMS_TRT"];
  return model.graph.nodes.some(({ op }) => signs.includes(op));
}

function unnamed(path: string): LookonceError {
  return new LookonceError(
    "UNSUPPORTED",
    `${path} returns detections, but has no names for its classes. Export it with class names in its metadata, under names.`,
  );
}

function unknownOutput(path: string, shape: Shape, nc: number | undefined): LookonceError {
  const expected =
    nc === undefined
      ? "[1, 4 + classes, anchors] or [1, anchors, 5 + classes]"
      : `[1, ${4 + nc}, anchors] or [1, anchors, ${5 + nc}] for its ${nc} class names`;
  return new LookonceError(
    "UNSUPPORTED",
    `${path} returns [${shape.join(", ")}]; a detector returns ${expected}, or [1, rows, 6] with suppression built in.`,
  );
}

const floatType = 1;
const halfType = 10;

/**
 * Converts the input of a model to the bytes of images, [N, H, W, 3], from planes of numbers from 0 to 1
 * in single or half precision, and its first output to single precision. So no pixel is converted in JavaScript.
 */
export function acceptBytes(model: OnnxModel): OnnxModel {
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
