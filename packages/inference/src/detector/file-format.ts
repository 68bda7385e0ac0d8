import { familySettings } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import type { Size } from "@lookonce/image";
import { modelMetadata, type OnnxModel, parseClassNames, type ValueInfo } from "@lookonce/onnx";
import { imageInput } from "./accept-bytes.ts";
import type { DetectorFamily } from "./detector.ts";

const { v5, v8 } = familySettings;

/** The largest stride of YOLO models that do not say theirs. */
const usualStride = 32;

/** Input and output of an exported detector. */
export interface FileFormat {
  readonly family: DetectorFamily;
  readonly names: readonly string[];
  readonly stride: number;
  /** The only size of its images; absent where it accepts any. */
  readonly fixedSize: Size | undefined;
  /** The only number of images in a batch; absent where it accepts any. */
  readonly fixedBatch: number | undefined;
  /** Axes of its predictions, or `detections`: rows of left, top, right, bottom, confidence, class, already suppressed. */
  readonly output: "NAC" | "NCA" | "detections";
}

/** @param measure runs the file and returns the shape of its first output; called where the file does not declare it */
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
  const [, rows, columns] = shape;
  if (typeof rows === "number" && typeof columns === "number") return true;
  return nc !== undefined && ([4 + nc, 5 + nc].some((count) => count === rows || count === columns) || columns === 6);
}

interface OutputClues {
  /** How many class names there are. */
  nc: number | undefined;
  model: OnnxModel;
  metadata: Readonly<Record<string, string>>;
}

type Output = Pick<FileFormat, "family" | "output"> & { nc: number };

function readOutput(path: string, shape: Shape, clues: OutputClues): Output {
  const { nc, metadata } = clues;
  const [, rows, columns] = shape;
  if (shape.length === 3 && columns === 6 && isSuppressed(clues)) {
    if (nc !== undefined) return { family: metadata.family === v5.name ? v5 : v8, output: "detections", nc };
    throw new LookonceError(
      "UNSUPPORTED",
      `${path} returns detections, but has no names for its classes. Export it with class names in its metadata, under names.`,
    );
  }
  if (shape.length === 3 && nc !== undefined) {
    if (rows === 4 + nc) return { family: v8, output: "NCA", nc };
    if (columns === 5 + nc) return { family: v5, output: "NAC", nc };
    if (columns === 4 + nc) return { family: v8, output: "NAC", nc };
    if (rows === 5 + nc) return { family: v5, output: "NCA", nc };
  }
  // Anchors are many more than channels, and the families have their channels on different axes.
  if (shape.length === 3 && nc === undefined && typeof rows === "number" && typeof columns === "number") {
    if (rows < columns && rows > 4) return { family: v8, output: "NCA", nc: rows - 4 };
    if (columns < rows && columns > 5) return { family: v5, output: "NAC", nc: columns - 5 };
  }
  const expected =
    nc === undefined
      ? "[1, 4 + classes, anchors] or [1, anchors, 5 + classes]"
      : `[1, ${4 + nc}, anchors] or [1, anchors, ${5 + nc}] for its ${nc} class names`;
  throw new LookonceError(
    "UNSUPPORTED",
    `${path} returns [${shape.join(", ")}]; a detector returns ${expected}, or [1, rows, 6] with suppression built in.`,
  );
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
