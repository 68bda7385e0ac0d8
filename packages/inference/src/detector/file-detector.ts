import { LookonceError } from "@lookonce/errors";
import { readRegular } from "@lookonce/files";
import type { Prediction } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { elementType, ints, type OnnxModel, parseModel, type ValueInfo } from "@lookonce/onnx";
import { type EngineTensor, OnnxEngine, type OnnxEngineOptions } from "../engine/onnx-engine.ts";
import { acceptBytes, node } from "./accept-bytes.ts";
import { type Detector, type DetectorOutput, type DetectorSpec, joinPixels, splitPredictions } from "./detector.ts";
import { type FileFormat, prototypesOf, readFileFormat, readNormalization } from "./file-format.ts";
import type { BranchChoice } from "./head-spec.ts";

/** Side of the image that a file of free size is run on once, to learn the shape of its output. */
const probeSide = 320;

/**
 * Creates an exported model: an ONNX file whose input is `[N, 3, H, W]`, RGB from 0 to 1 in single or half precision, of one
 * size or any, for a fixed number of images or any, and whose first output is one of
 *
 * - `[N, 4 + nc + extras, A]` (YOLOv8) or `[N, A, 5 + nc + extras]` (YOLOv5), or either with its last axes swapped
 * - `[N, rows, 6 + extras]`: left, top, right, bottom, confidence, class, extras, with suppression built in
 * - `[N, nc]`: probabilities, of a model for classification
 *
 * and whose second, of a model that segments, are its prototypes `[N, masks, h, w]`;
 * or a graph model of TensorFlow.js (`model.json`), which is converted to such a file in memory.
 *
 * Task, names, stride and the like come from its metadata, and whether its detections are end-to-end.
 *
 * @throws LookonceError `ARGUMENT` without `nms` where they are not
 */
export async function createFileDetector(
  path: string,
  { nms = true, ...options }: OnnxEngineOptions & Pick<BranchChoice, "nms"> = {},
): Promise<Detector> {
  const bytes = await readModel(path);
  const model = parseModel(bytes, path);
  const conversion = { op: "Div", by: 255, normalization: readNormalization(path, model) } as const;
  let engine: OnnxEngine | undefined;
  const compile = async (): Promise<OnnxEngine> => {
    engine ??= await OnnxEngine.create(acceptBytes(withPredictions(model), conversion), {
      name: path,
      ...options,
    });
    return engine;
  };
  try {
    const format = await readFileFormat(path, model, async () => outputShape(await compile()));
    if (!nms && !format.endToEnd) {
      throw new LookonceError(
        "ARGUMENT",
        `${path} has no end-to-end detections, which nms=false uses: export a model such as YOLO26 or YOLOv10 with nms=false, or leave nms out here`,
      );
    }
    const isOnCpu = (options.executionProviders ?? ["cpu"])[0] === "cpu";
    const spec: DetectorSpec = { kind: "file", path, bytes: bytes.length };
    const compiled = await compile();
    return {
      ...format,
      isSuppressed: format.output === "detections",
      branches: [format.endToEnd ? "one2one" : "one2many"],
      detect: (images) => detect(compiled, format, images, isOnCpu ? 1 : images.length),
      spec: async () => (isOnCpu ? spec : undefined),
      dispose: () => compiled.dispose(),
    };
  } catch (error) {
    await engine?.dispose();
    throw error;
  }
}

/** @param maxBatch for files of any batch: on the CPU a batch takes as long as its images one by one, and more memory */
async function detect(
  engine: OnnxEngine,
  format: FileFormat,
  images: readonly Image[],
  maxBatch: number,
): Promise<DetectorOutput> {
  const start = performance.now();
  const { fixedBatch, output: layout, family, extras, keypointShape } = format;
  const { hasObjectness } = family;
  const predictions: Prediction[] = [];
  const step = fixedBatch ?? maxBatch;
  for (let from = 0; from < images.length; from += step) {
    const group = images.slice(from, from + step);
    const { width, height } = group[0] as Image;
    const count = fixedBatch ?? group.length;
    const outputs = await engine.run(joinPixels(group, count), [count, height, width, 3]);
    const [output, prototypes] = outputs as [EngineTensor, EngineTensor?];
    const { data, shape } = output;
    const [batch = 0, classes = 0] = shape;
    const rows = layout === "classes" ? { data, shape: [batch, 1, classes] } : output;
    const axes = layout === "NCA" ? layout : "NAC";
    const kind = { hasObjectness, extras, keypointShape, prototypes, layout: axes } as const;
    const found = splitPredictions(rows, group.length, kind);
    predictions.push(...(layout === "detections" ? found.map((one) => detectionsAsPrediction(one, format)) : found));
  }
  return { predictions, prepareMs: 0, inferenceMs: performance.now() - start };
}

/** Runs a model on a black image and returns the shape of its output. */
async function outputShape(engine: OnnxEngine): Promise<readonly number[]> {
  const shape = engine.input.shape.map((side, axis) => {
    if (typeof side === "number" && side > 0) return side;
    return axis === 0 ? 1 : probeSide;
  });
  const pixels = new Uint8Array(shape.reduce((product, side) => product * side, 1));
  const [output] = await engine.run(pixels, shape);
  return (output as EngineTensor).shape;
}

/**
 * Rows of left, top, right, bottom (rotated boxes: center x, y, width, height), confidence, class and extras as a prediction:
 * center x, y, width, height, perhaps an objectness of 1, a probability for each class, and the extras.
 */
function detectionsAsPrediction(
  prediction: Prediction,
  { family: { hasObjectness }, names, extras, task, endToEnd }: FileFormat,
): Prediction {
  const { data: rows, shape } = prediction;
  const [, count = 0, width = 0] = shape;
  const nc = names.length;
  const first = hasObjectness ? 5 : 4;
  const channels = first + nc + extras;
  const data = new Float32Array(count * channels);
  for (let i = 0; i < count; i++) {
    const [a = 0, b = 0, c = 0, d = 0, score = 0, label = 0, ...others] = rows.subarray(width * i, width * (i + 1));
    const row = data.subarray(i * channels, (i + 1) * channels);
    row.set(task.suppression === "rotated" ? [a, b, c, d] : [(a + c) / 2, (b + d) / 2, c - a, d - b]);
    if (hasObjectness) row[4] = 1;
    // Classes without a name do not exist in the model
    if (label >= 0 && label < nc) row[first + label] = score;
    row.set(others, first + nc);
  }
  return { ...prediction, data, shape: [1, count, channels], endToEnd };
}

/** The model with its predictions alone as outputs: prototypes with their channels last, in single precision, no others. */
function withPredictions(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const prototypes = prototypesOf(model);
  if (prototypes === undefined) return { ...model, graph: { ...graph, outputs: graph.outputs.slice(0, 1) } };
  const { name, channels } = prototypes;
  const [single, last] = [`${name}/single`, `${name}/channels_last`];
  const nodes = [
    ...graph.nodes,
    node(["Cast", name], single, { to: elementType("float32") }),
    node(["Transpose", single], last, { perm: ints([0, 2, 3, 1]) }),
  ];
  const output: ValueInfo = { name: last, type: "float32", shape: ["batch", "mask_height", "mask_width", channels] };
  return { ...model, graph: { ...graph, nodes, outputs: [...graph.outputs.slice(0, 1), output] } };
}

async function readModel(path: string): Promise<Uint8Array> {
  if (/\.json$/i.test(path)) {
    const { graphModelToOnnx } = await import("@lookonce/graph-model");
    return graphModelToOnnx(path);
  }
  return readRegular(path, { what: "model" });
}
