import {
  enterScope,
  onTracingBackend,
  type RecordedCall,
  recordCalls,
  type TracedFunction,
  trace,
} from "@lookonce/backend-onnxruntime";
import { type CellPositions, type DetectionModel, observeModules, rawShapes } from "@lookonce/nn";
import type { OnnxModel, ValueInfo } from "@lookonce/onnx";
import * as tf from "@tensorflow/tfjs-core";
import { acceptBytes } from "./accept-bytes.ts";
import { normalizeImages } from "./normalize-images.ts";

/** Options of {@link traceNetwork}. */
export interface TraceNetworkOptions {
  /** Size of the images, in pixels. */
  height: number;
  width: number;
  /** Images in a batch. Default 1. */
  batch?: number;
  /** Version of ONNX's operators. Default 17, which ONNX Runtime has had since 1.12. */
  opset?: number;
}

/**
 * The network of a model, up to its raw predictions, as an ONNX model: `images` [N, 3, H, W], float32 RGB from 0 to 1,
 * to `level0`, `level1`, …, finest first, [N, outputs per cell, h, w], and `prototypes`, where there are any. Its weights become
 * constants.
 *
 * The model must be in inference mode. Only ONNX's own operators are used. Nodes are named by the modules that they come
 * from (`model/0/conv/Conv_0`), weights as in checkpoints (`model.0.conv.weight`).
 */
export async function traceNetwork(model: DetectionModel, options: TraceNetworkOptions): Promise<OnnxModel> {
  const { height, width, batch = 1, opset = 17 } = options;
  const forward: TracedFunction = (images) => {
    const { raw } = model.forward(channelsLast(images));
    return raw.map((map) => tf.transpose(map, [0, 3, 1, 2]));
  };
  return onTracingBackend(() =>
    trace(withScopes(model, forward), {
      inputs: [{ name: "images", shape: [batch, 3, height, width] }],
      outputNames: [...mapNames(model, "level"), "prototypes"],
      names: model.namedVariables(),
      opset,
    }),
  );
}

/** Names of the levels' maps, of all branches one after another. */
function mapNames({ strides, head }: DetectionModel, stem: string): string[] {
  return Array.from({ length: strides.length * head.branches.length }, (_, i) => `${stem}${i}`);
}

/** Options of {@link traceDecoding}. */
export interface TraceDecodingOptions extends TraceNetworkOptions {
  /** Where the cells lie. Default: a constant, for one size of images. */
  cells?: CellPositions;
  /** Converts decoded predictions [N, A, channels] to the outputs. */
  convert: (decoded: tf.Tensor3D) => readonly tf.Tensor[];
}

/**
 * Traces what comes behind {@link traceNetwork}: from `level0`, `level1`, … [N, outputs per cell, h, w] to the boxes and
 * probabilities that the model's head decodes, converted, as `output0`, `output1`, ….
 */
export async function traceDecoding(model: DetectionModel, options: TraceDecodingOptions): Promise<OnnxModel> {
  const { height, width, batch = 1, opset = 17, cells, convert } = options;
  const decode: TracedFunction = (...maps) => convert(model.head.decode(maps.map(channelsLast), cells));
  const { levels } = model.head.splitMaps(rawShapes(model, { imgsz: [height, width] }));
  const inputs = levels.map(([h, w, outputs], level) => ({ name: `level${level}`, shape: [batch, outputs, h, w] }));
  return onTracingBackend(() => trace(withScopes(model, decode), { inputs, opset }));
}

/** Options of {@link detectorGraph}. */
export interface DetectorGraphOptions extends Pick<TraceNetworkOptions, "height" | "width" | "batch"> {
  /** Converts decoded predictions [N, A, channels] to the first output. Default: as they are. */
  convert?: (decoded: tf.Tensor3D) => tf.Tensor;
}

/**
 * Records the calls by which a model makes its predictions, for display: names are paths of modules with slashes, and shapes
 * are NHWC. From `images` [N, H, W, 3] to `output0` [N, A, channels] and, where there are any, prototypes as `output1`
 * [N, h, w, channels]; the model must be in inference mode.
 */
export async function detectorGraph(model: DetectionModel, options: DetectorGraphOptions): Promise<RecordedCall[]> {
  const { height, width, batch = 1, convert = (decoded) => decoded } = options;
  const names = new Map([...model.namedVariables()].map(([path, variable]) => [scopeOf(path), variable]));
  const forward: TracedFunction = (images) => {
    const { raw, decoded } = model.forward(images as tf.Tensor4D);
    const { prototypes } = model.head.splitMaps(raw);
    return [convert(decoded as tf.Tensor3D), ...(prototypes === undefined ? [] : [prototypes])];
  };
  return onTracingBackend(() =>
    recordCalls(withScopes(model, forward), {
      inputs: [{ name: "images", shape: [batch, height, width, 3] }],
      outputNames: ["output0", "output1"],
      names,
    }),
  );
}

/** The same function, whose calls are recorded under the paths of the modules that make them. */
function withScopes(model: DetectionModel, run: TracedFunction): TracedFunction {
  return (...inputs) =>
    observeModules(
      model,
      (path) => enterScope(scopeOf(path)),
      () => run(...inputs),
    );
}

function scopeOf(path: string): string {
  return path.replaceAll(".", "/");
}

/** Options of {@link traceForBytes}. */
export interface TraceForBytesOptions extends Pick<TraceNetworkOptions, "height" | "width" | "batch"> {
  /** Whether `output0`, the decoded predictions, is an output. Default `true`. */
  decode?: boolean;
  /** Whether the raw maps of the levels, [N, h, w, no] finest first, are outputs, too: the input of losses. Default `false`. */
  raw?: boolean;
  /** Whether convolutions and matrix products are in half precision. Default `false`. */
  half?: boolean;
}

/**
 * Traces a detector for our own use as an ONNX model from the bytes of a batch of images [N, H, W, 3] to `output0`
 * [N, A, channels] and, with `raw`, `raw0`, `raw1`, …; `prototypes` [N, h, w, channels] come last, where there are any.
 * Neither the pixels nor the predictions are converted in JavaScript.
 */
export async function traceForBytes(model: DetectionModel, options: TraceForBytesOptions): Promise<OnnxModel> {
  const { height, width, batch = 1, decode = true, raw = false, half = false } = options;
  const forward: TracedFunction = (images) => {
    const prediction = model.forward(normalizeImages(images as tf.Tensor4D, model));
    const { prototypes } = model.head.splitMaps(prediction.raw);
    const maps = raw ? prediction.raw : prototypes === undefined ? [] : [prototypes];
    return [...(decode ? [prediction.decoded as tf.Tensor3D] : []), ...maps];
  };
  const traced = await onTracingBackend(() =>
    trace(forward, {
      inputs: [{ name: "images", shape: [batch, height, width, 3] }],
      outputNames: [...(decode ? ["output0"] : []), ...(raw ? mapNames(model, "raw") : []), "prototypes"],
      target: "onnxruntime",
      autocast: half,
    }),
  );
  const { graph } = traced;
  const [first, ...others] = graph.nodes.filter(({ inputs }) => inputs.includes("images"));
  const scale = { op: "Mul", by: 1 / 255 } as const;
  if (others.length > 0 || first?.op !== "Transpose") return acceptBytes(traced, { ...scale, channelsLast: true });
  // Most networks begin by moving channels to the front, which is done with the bytes
  const inputs: ValueInfo[] = [{ name: first.outputs[0] as string, type: "float32", shape: [batch, 3, height, width] }];
  const nodes = graph.nodes.filter((node) => node !== first);
  return acceptBytes({ ...traced, graph: { ...graph, inputs, nodes } }, scale);
}

function channelsLast(map: tf.Tensor | undefined): tf.Tensor4D {
  return tf.transpose(map as tf.Tensor4D, [0, 2, 3, 1]);
}
