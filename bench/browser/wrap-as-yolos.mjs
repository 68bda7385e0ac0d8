// Makes an exported network look like YOLOS, an architecture whose outputs the object-detection pipeline of transformers.js reads.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GraphBuilder, int, modelMetadata, parseClassNames, parseModel, serializeModel } from "@lookonce/onnx";

/**
 * The pipeline knows DETR's relatives alone: outputs `logits` [1, rows, classes + 1], of which softmax makes probabilities with the
 * last for "no object", and `pred_boxes` [1, rows, 4], centers and sizes as fractions. It suppresses nothing. So the network is one
 * with suppression in its graph, whose rows (left, top, right, bottom, confidence, class) a dozen small operators rewrite.
 *
 * @param file a model exported with `nms: true` for square images
 * @param folder where files are written as the pipeline looks for them
 */
export function wrapAsYolos(file, folder) {
  const model = parseModel(readFileSync(file), file);
  const names = parseClassNames(modelMetadata(model).names);
  const [{ name, shape, type }] = model.graph.inputs;
  const side = shape[3];
  const graph = GraphBuilder.from({
    ...model.graph,
    inputs: [{ name: "pixel_values", type, shape }],
    nodes: model.graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((input) => (input === name ? "pixel_values" : input)),
    })),
  });
  const [{ name: rows, shape: rowsShape }] = model.graph.outputs;
  const [, count] = rowsShape;
  const constant = (data, ...dims) =>
    graph.initializer({ type: "float32", shape: dims, data: Float32Array.from(data) });
  const integers = (...data) =>
    graph.initializer({ type: "int64", shape: [data.length], data: BigInt64Array.from(data, BigInt) });
  const columns = (from, to) => graph.node("Slice", [rows, integers(from), integers(to), integers(2)]);

  const corners = [0.5, 0, -1, 0, 0, 0.5, 0, -1, 0.5, 0, 1, 0, 0, 0.5, 0, 1].map((value) => value / side);
  const boxes = graph.node("MatMul", [columns(0, 4), constant(corners, 4, 4)], {}, { outputs: ["pred_boxes"] });

  // Logits whose softmax is the confidence for the class and the rest for "no object"
  const far = 1000;
  const low = constant([1e-6]);
  const confidence = graph.node("Clip", [columns(4, 5), low, constant([1 - 1e-6])]);
  const depth = graph.initializer({ type: "int64", shape: [], data: BigInt64Array.of(BigInt(names.length + 1)) });
  const numbers = graph.node("Cast", [graph.node("Squeeze", [columns(5, 6), integers(2)])], { to: int(7) });
  const isClass = graph.node("OneHot", [numbers, depth, constant([0, 1], 2)], { axis: int(-1) });
  const isNothing = constant([...names.map(() => 0), 1], 1, 1, names.length + 1);
  const lift = (value, where) =>
    graph.node("Mul", [where, graph.node("Add", [graph.node("Log", [value]), constant([far])])]);
  const rest = graph.node("Sub", [constant([1]), confidence]);
  const sum = graph.node("Add", [lift(confidence, isClass), lift(rest, isNothing)]);
  const logits = graph.node("Sub", [sum, constant([far])], {}, { outputs: ["logits"] });

  graph.output(logits, "float32", [1, count, names.length + 1]);
  graph.output(boxes, "float32", [1, count, 4]);
  mkdirSync(join(folder, "onnx"), { recursive: true });
  writeFileSync(join(folder, "onnx/model.onnx"), serializeModel(graph.build({ opset: 17 })));
  const id2label = Object.fromEntries(names.entries());
  const config = { model_type: "yolos", architectures: ["YolosForObjectDetection"], id2label };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  const processor = {
    image_processor_type: "YolosImageProcessor",
    ...{ do_resize: true, size: { width: side, height: side }, resample: 2 },
    ...{ do_rescale: true, rescale_factor: 1 / 255, do_normalize: false, do_pad: false },
  };
  writeFileSync(join(folder, "preprocessor_config.json"), JSON.stringify(processor));
}
