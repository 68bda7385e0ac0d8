import { LookonceError } from "@lookonce/errors";
import { join } from "@lookonce/files";
import { detectorGraph } from "@lookonce/inference";
import type { DetectionModel } from "@lookonce/nn";
import { type EdgeType, EventWriter, type GraphAttribute, type GraphNode } from "@lookonce/tensorboard";
import { type GraphOptions, imageSize } from "./graph-spec.ts";
import { exportOnnx } from "./onnx/export-onnx.ts";

/** Options of {@link modelGraph}. */
export type ModelGraphOptions = Pick<GraphOptions, "imgsz" | "batch">;

/** Options of {@link writeGraph}. */
export interface WriteGraphOptions extends ModelGraphOptions {
  /** The folder for both files; it is made when it is missing. */
  directory: string;
  /** Name of the ONNX file, without ending. Default `model`. */
  name?: string;
}

/** What {@link writeGraph} wrote. */
export interface WriteGraphReport {
  /** The event file, for TensorBoard. */
  events: string;
  /** The ONNX file, for Netron. */
  onnx: string;
  /** Nodes of the graph that TensorBoard shows. */
  nodes: number;
}

/**
 * The graph by which a model makes its predictions, for TensorBoard: scopes are the model's modules (`model/0/conv`),
 * operators tfjs's kernels, shapes NHWC. Batch normalizations are there as in training, not folded.
 *
 * The model's mode is restored.
 *
 * @throws LookonceError `ARGUMENT` for a size that does not fit the stride
 */
export async function modelGraph(model: DetectionModel, options: ModelGraphOptions = {}): Promise<GraphNode[]> {
  const [height, width] = imageSize(options.imgsz ?? 640, model.maxStride);
  const { training } = model;
  model.eval();
  try {
    const calls = await detectorGraph(model, { height, width, batch: options.batch ?? 1 });
    return calls.map(({ name, kernel, attrs, inputs, outputs }) => ({
      name,
      op: kernel,
      inputs,
      outputs: outputs.map(({ shape, dtype }) => ({ shape, type: dtype as EdgeType })),
      attributes: attributesOf(attrs),
    }));
  } finally {
    model.train(training);
  }
}

/**
 * Writes a model's graph for inspection: an event file for TensorBoard and an ONNX file, checked as by {@link exportOnnx}, for
 * Netron.
 *
 * @throws LookonceError `ARGUMENT` for a size that does not fit the stride, `IO` when a file cannot be written, `NUMERIC`
 *   when the ONNX file would compute something else
 */
export async function writeGraph(model: DetectionModel, options: WriteGraphOptions): Promise<WriteGraphReport> {
  const { directory, name = "model", ...spec } = options;
  const nodes = await modelGraph(model, spec);
  const { file: onnx } = await exportOnnx(model, { ...spec, file: join(directory, `${name}.onnx`) });
  const log = new EventWriter(directory);
  log.graph(nodes);
  await log.close();
  if (log.path === undefined) throw new LookonceError("IO", `no event file was written to ${directory}.`);
  return { events: log.path, onnx, nodes: nodes.length };
}

/** A kernel's attributes as far as they say something to a person. */
function attributesOf(attrs: object): Record<string, GraphAttribute> {
  const attributes: Record<string, GraphAttribute> = {};
  for (const [key, value] of Object.entries(attrs)) {
    if (value === undefined || value === null) continue;
    attributes[key] = isPlain(value) ? value : JSON.stringify(value);
  }
  return attributes;
}

function isPlain(value: unknown): value is string | number | boolean | readonly number[] {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => typeof item === "number");
  return ["string", "number", "boolean"].includes(typeof value);
}
