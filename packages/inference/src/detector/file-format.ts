import { familySettings, isFamilyName } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { type ImageInput, inputOf, type Task, taskOf } from "@lookonce/families";
import type { HeadSpec } from "@lookonce/geometry";
import type { Size } from "@lookonce/image";
import { modelMetadata, type OnnxModel, parseClassNames, type ValueInfo } from "@lookonce/onnx";
import { imageInput } from "./accept-bytes.ts";
import type { DetectorFamily } from "./detector.ts";

const { v5, v8 } = familySettings;

/** The largest stride of YOLO models that do not say theirs. */
const usualStride = 32;

/** Input and output of an exported model. */
export interface FileFormat extends Pick<HeadSpec, "keypointShape"> {
  readonly task: Task;
  readonly family: DetectorFamily;
  readonly names: readonly string[];
  readonly stride: number;
  /** The only size of its images; absent where it accepts any. */
  readonly fixedSize: Size | undefined;
  /** The only number of images in a batch; absent where it accepts any. */
  readonly fixedBatch: number | undefined;
  /**
   * Axes of its predictions; `detections`: rows of left, top, right, bottom (rotated boxes: center x, center y, width, height),
   * confidence, class and extras, already suppressed; `classes`: a probability of each.
   */
  readonly output: "NAC" | "NCA" | "detections" | "classes";
  /** Whether `detections` are of a one-to-one branch: each object is predicted once, and nothing has to be suppressed. */
  readonly endToEnd: boolean;
  /** Numbers of a prediction after its classes. */
  readonly extras: number;
}

/** @param measure runs the file and returns the shape of its first output; called where the file does not declare it */
export async function readFileFormat(
  path: string,
  model: OnnxModel,
  measure: () => Promise<readonly number[]>,
): Promise<FileFormat> {
  const metadata = modelMetadata(model);
  const task = readTask(path, metadata.task);
  const keypointShape = readKeypointShape(path, metadata.kpt_shape);
  const extras = prototypesOf(model)?.channels ?? product(keypointShape) ?? (task.suppression === "rotated" ? 1 : 0);
  const [batch, , height, width] = inputShape(path, imageInput(model));
  const parsed = metadata.names === undefined ? undefined : parseClassNames(metadata.names);
  const stride = Number(metadata.stride);
  const declared = model.graph.outputs[0]?.shape;
  const shape = isSufficient(declared, { nc: parsed?.length, extras }) ? declared : await measure();
  const { family, nc, output } = readOutput(path, shape, { nc: parsed?.length, model, metadata, task, extras });
  return {
    ...{ task, family, extras, keypointShape },
    names: parsed ?? Array.from({ length: nc }, (_, i) => String(i)),
    stride: Number.isInteger(stride) && stride > 0 ? stride : usualStride,
    fixedSize: typeof height === "number" && typeof width === "number" ? { width, height } : undefined,
    fixedBatch: typeof batch === "number" ? batch : undefined,
    output,
    endToEnd: output === "detections" && isEndToEnd(metadata),
  };
}

/** Exporters record it as Python writes it. */
function isEndToEnd({ end2end }: Readonly<Record<string, string>>): boolean {
  return end2end?.toLowerCase() === "true";
}

type Shape = readonly (number | string)[];

/** What images are normalized by, besides being numbers from 0 to 1: by the file's task and family. */
export function readNormalization(path: string, model: OnnxModel): ImageInput["normalization"] {
  const { task, family = v8.name } = modelMetadata(model);
  return inputOf(readTask(path, task), family).normalization;
}

function readTask(path: string, name = "detect"): Task {
  try {
    return taskOf(name);
  } catch (cause) {
    throw new LookonceError("UNSUPPORTED", `${path} is a model for "${name}". ${(cause as Error).message}`, { cause });
  }
}

/** Number of keypoints and of values of each, as Python writes it: `[17, 3]`. */
function readKeypointShape(path: string, text: string | undefined): readonly [number, number] | undefined {
  if (text === undefined) return undefined;
  const [, count, values] = /^\s*[[(]\s*(\d{1,4})\s*,\s*([23])\s*[\])]\s*$/.exec(text) ?? [];
  if (Number(count) > 0) return [Number(count), Number(values)];
  throw new LookonceError(
    "FORMAT",
    `${path} has kpt_shape "${text.slice(0, 40)}" in its metadata: a number of keypoints and of values of each, such as [17, 3], is expected.`,
  );
}

function product(sizes: readonly number[] | undefined): number | undefined {
  return sizes?.reduce((size, side) => size * side, 1);
}

/** The output of prototypes: the second of a file, a map of four axes, [N, channels, h, w]. */
export function prototypesOf({ graph }: OnnxModel): { name: string; type: string; channels: number } | undefined {
  const [, output] = graph.outputs;
  const [, channels, ...sides] = output?.shape ?? [];
  if (output === undefined || typeof channels !== "number" || sides.length !== 2) return undefined;
  return { name: output.name, type: output.type, channels };
}

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
function isSufficient(
  shape: Shape | undefined,
  { nc, extras }: { nc: number | undefined; extras: number },
): shape is Shape {
  if (shape === undefined) return false;
  if (shape.length !== 3) return true;
  const [, rows, columns] = shape;
  if (typeof rows === "number" && typeof columns === "number") return true;
  if (nc === undefined) return false;
  return [4 + nc, 5 + nc, 6].some((count) => count + extras === rows || count + extras === columns);
}

interface OutputClues {
  /** How many class names there are. */
  nc: number | undefined;
  model: OnnxModel;
  metadata: Readonly<Record<string, string>>;
  task: Task;
  /** Numbers of a prediction after its classes. */
  extras: number;
}

type Output = Pick<FileFormat, "family" | "output"> & { nc: number };

function readOutput(path: string, shape: Shape, clues: OutputClues): Output {
  const { nc, metadata, task, extras } = clues;
  const [, rows, columns] = shape;
  const named = isFamilyName(metadata.family) ? familySettings[metadata.family] : v8;
  // What the shape says counts more than a name: the family's own settings only where the two agree
  const [withObjectness, without] = named.hasObjectness ? [named, v8] : [v5, named];
  if (task.suppression === "none") {
    const classes = shape.length === 2 && typeof rows === "number" ? rows : undefined;
    if (classes !== undefined && classes === (nc ?? classes)) return { family: named, output: "classes", nc: classes };
    throw new LookonceError(
      "UNSUPPORTED",
      `${path} returns [${shape.join(", ")}]; a model for "${task.name}" returns [1, ${nc ?? "classes"}].`,
    );
  }
  if (shape.length === 3 && columns === 6 + extras && isSuppressed(clues)) {
    if (nc !== undefined) return { family: named, output: "detections", nc };
    throw new LookonceError(
      "UNSUPPORTED",
      `${path} returns detections, but has no names for its classes. Export it with class names in its metadata, under names.`,
    );
  }
  if (shape.length === 3 && nc !== undefined) {
    const last = nc + extras;
    if (rows === 4 + last) return { family: without, output: "NCA", nc };
    if (columns === 5 + last) return { family: withObjectness, output: "NAC", nc };
    if (columns === 4 + last) return { family: without, output: "NAC", nc };
    if (rows === 5 + last) return { family: withObjectness, output: "NCA", nc };
  }
  // Anchors are many more than channels, and the families have their channels on different axes.
  if (shape.length === 3 && nc === undefined && typeof rows === "number" && typeof columns === "number") {
    if (rows < columns && rows > 4 + extras) return { family: without, output: "NCA", nc: rows - 4 - extras };
    if (columns < rows && columns > 5 + extras)
      return { family: withObjectness, output: "NAC", nc: columns - 5 - extras };
  }
  const others = extras === 0 ? "" : ` and ${extras} more numbers of "${task.name}"`;
  const expected =
    nc === undefined
      ? `[1, ${4 + extras} + classes, anchors] or [1, anchors, ${5 + extras} + classes]`
      : `[1, ${4 + nc + extras}, anchors] or [1, anchors, ${5 + nc + extras}] for its ${nc} class names${others}`;
  throw new LookonceError(
    "UNSUPPORTED",
    `${path} returns [${shape.join(", ")}]; a detector returns ${expected}, or [1, rows, ${6 + extras}] with suppression built in.`,
  );
}

/**
 * Whether rows of six are detections, not YOLOv5's predictions of a single class: exporters record it, and suppression or a
 * choice of the best shows in the graph.
 */
function isSuppressed({ nc, model, metadata }: OutputClues): boolean {
  if (/'nms':\s*True/.test(metadata.args ?? "") || isEndToEnd(metadata)) return true;
  if (nc !== undefined && nc !== 1) return true;
  const signs = ["NonMaxSuppression", "TopK", "EfficientNMS_TRT"];
  return model.graph.nodes.some(({ op }) => signs.includes(op));
}
