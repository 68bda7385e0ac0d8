import { familyOf, inputOf, taskOf } from "@lookonce/families";
import { writeWhole } from "@lookonce/files";
import { traceDecoding } from "@lookonce/inference";
import { copyModel, countedCellPositions, type DetectionModel, fuse, rawShapes, xywhToXyxy } from "@lookonce/nn";
import { GraphBuilder, int, type OnnxModel, serializeModel } from "@lookonce/onnx";
import type * as tf from "@tensorflow/tfjs-core";
import { output0 } from "../compare.ts";
import type { ExportReport } from "../export-report.ts";
import { checkFile } from "./check-file.ts";
import { withFreeSizes } from "./free-sizes.ts";
import { halve } from "./halve.ts";
import { metadataOf } from "./metadata.ts";
import { type NetworkSpec, networkOf } from "./network.ts";
import { type ExportOnnxOptions, type OnnxSpec, onnxSpec } from "./options.ts";
import { quantize } from "./quantize/quantize.ts";
import { selectBest } from "./select-best.ts";
import { simplifyModel } from "./simplify-model.ts";
import { candidates, suppress } from "./suppress.ts";
import { suppressRotated } from "./suppress-rotated.ts";

/**
 * Writes a model as an ONNX file, in the format of exported YOLO models: `images` [batch, 3, H, W], float32
 * RGB from 0 to 1, to `output0`, float32:
 *
 * - [batch, 4 + nc + extras, A] for YOLOv8: center x, center y, width, height in pixels, class probabilities, and what the
 *   task has besides: mask coefficients, keypoints in pixels, the angle of the box in radians
 * - [batch, A, 5 + nc + extras] for YOLOv5: the same with objectness before the classes
 * - [batch, nc] for classification: probabilities
 * - [batch, maxDet, 6 + extras] with `nms`: left, top, right, bottom in pixels (rotated boxes: center x, center y, width, height),
 *   confidence, class, extras; best first, then rows of zeros
 * - [batch, min(maxDet, A), 6 + extras] without `nms` of a model with a one-to-one branch: the same rows, each object once
 *
 * and, of models that segment, to `output1`, [batch, masks, H / 4, W / 4]: the prototypes that masks are combined from.
 *
 * The model itself stays as it is; batch normalizations are folded in a copy. Before anything is written the file's
 * contents are run by ONNX Runtime and compared with the model, on a photograph.
 *
 * @throws LookonceError `ARGUMENT` for options that do not fit, `UNSUPPORTED` for a model that cannot be exported so,
 *   `NUMERIC` when the numbers disagree, `IO` when the file cannot be written
 */
export async function exportOnnx(model: DetectionModel, options: ExportOnnxOptions): Promise<ExportReport> {
  const start = performance.now();
  const spec = onnxSpec(model, options);
  const { file } = options;
  const { plain, bytes } = await contentsOf(model, spec, options);
  const agreement = await checkFile(model, { file, plain, bytes }, spec);
  await writeWhole(file, bytes);
  const seconds = (performance.now() - start) / 1000;
  return { file, format: "onnx", bytes: bytes.length, seconds, ...agreement };
}

/** The file's contents, and the same without suppression and selection. */
async function contentsOf(
  model: DetectionModel,
  spec: OnnxSpec,
  options: ExportOnnxOptions,
): Promise<{ plain: Uint8Array; bytes: Uint8Array }> {
  const copy = await fuse(await copyModel(model), { branch: spec.selection === undefined ? undefined : "one2one" });
  try {
    const network = await finishedNetwork(copy, spec, options);
    const { nms, selection, ...images } = spec;
    const plain = serializeModel(await complete(copy, network, { ...images, nms: undefined, selection: undefined }));
    const isPlain = nms === undefined && selection === undefined;
    return { plain, bytes: isPlain ? plain : serializeModel(await complete(copy, network, spec)) };
  } finally {
    copy.dispose();
  }
}

/** The network of a fused model up to its raw maps, with free sizes, in half precision or quantized, as the options require. */
async function finishedNetwork(model: DetectionModel, spec: OnnxSpec, options: ExportOnnxOptions): Promise<OnnxModel> {
  const network = await writtenFor((size) => networkOf(model, size), model, spec);
  if (spec.half) return halve(network);
  if (!spec.int8) return network;
  const single = await networkOf(model, { ...spec, batch: 1 });
  const input = inputOf(taskOf(model.task), model.family);
  return await quantize(network, { ...options, single, input, height: spec.height, width: spec.width });
}

/** Writes a graph for the size of the spec or, with free sizes, for any. */
function writtenFor(
  write: (size: NetworkSpec) => Promise<OnnxModel>,
  model: DetectionModel,
  spec: OnnxSpec,
): Promise<OnnxModel> {
  return spec.dynamic ? withFreeSizes(write, { step: model.maxStride, opset: spec.opset }) : write(spec);
}

/** Appends decoding and suppression or selection to the network, and describes the file. */
async function complete(model: DetectionModel, network: OnnxModel, spec: OnnxSpec): Promise<OnnxModel> {
  const graph = GraphBuilder.from(network.graph);
  graph.scope = `model/${model.layers.length - 1}`;
  const { hasObjectness } = familyOf(model.family);
  const { extras } = model;
  const isRotated = taskOf(model.task).suppression === "rotated";
  const convert = (decoded: tf.Tensor3D) => {
    if (spec.nms === undefined && spec.selection === undefined) return [output0(model, decoded)];
    const [boxes, ...others] = candidates(decoded, { hasObjectness, extras });
    return [isRotated ? boxes : xywhToXyxy(boxes), ...others];
  };
  const cells = spec.dynamic ? countedCellPositions : undefined;
  const decoding = await writtenFor(
    async (size) => simplifyModel(await traceDecoding(model, { ...size, cells, convert })),
    model,
    spec,
  );
  const maps = network.graph.outputs.map(({ name }) => name);
  const { levels, prototypes } = model.head.splitMaps(maps);
  const inputs = new Map([["images", "images"], ...levelsOf(graph, levels, model)]);
  const outputs = graph.append(decoding.graph, inputs);
  const batch = spec.dynamic ? "batch" : spec.batch;
  const anchors = spec.dynamic ? undefined : anchorCount(model, spec);
  if (spec.selection !== undefined) {
    const { maxDet } = spec.selection;
    selectBest(graph, outputs, { ...spec.selection, opset: spec.opset, nc: model.nc, extras, anchors });
    const rows = anchors === undefined ? "detections" : Math.min(maxDet, anchors);
    graph.output("output0", "float32", [batch, rows, 6 + extras]);
  } else if (spec.nms !== undefined) {
    const write = isRotated ? suppressRotated : suppress;
    write(graph, outputs, { ...spec.nms, opset: spec.opset, extras });
    graph.output("output0", "float32", [batch, spec.nms.maxDet, 6 + extras]);
  } else {
    graph.node("Identity", outputs, {}, { outputs: ["output0"] });
    const shape = taskOf(model.task).outputShape<number | string>(model, { batch, anchors: anchors ?? "anchors" });
    graph.output("output0", "float32", shape);
  }
  if (prototypes !== undefined) {
    const [h = 0, w = 0, masks = 0] = rawShapes(model, { imgsz: [spec.height, spec.width] }).at(-1) ?? [];
    graph.node("Identity", [prototypes], {}, { outputs: ["output1"] });
    graph.output("output1", "float32", [batch, masks, ...(spec.dynamic ? ["mask_height", "mask_width"] : [h, w])]);
  }
  graph.prune();
  return graph.build({
    opset: spec.opset,
    docString: `${model.config.name} for ${model.nc} classes`,
    metadata: metadataOf(model, spec),
  });
}

/** The network's map of each level by the name that decoding reads it by; a head's branches are joined. */
function levelsOf(graph: GraphBuilder, maps: readonly string[], { strides }: DetectionModel): [string, string][] {
  const branches = maps.length / strides.length;
  return strides.map((_, level) => {
    const parts = maps.slice(level * branches, (level + 1) * branches);
    const [first = ""] = parts;
    return [`level${level}`, branches === 1 ? first : graph.node("Concat", parts, { axis: int(1) })];
  });
}

function anchorCount(model: DetectionModel, { height, width }: OnnxSpec): number {
  return model.strides.reduce(
    (sum, stride, i) => sum + (height / stride) * (width / stride) * Math.max(1, model.anchors[i]?.length ?? 1),
    0,
  );
}
