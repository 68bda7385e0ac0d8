import { elementType, type GraphBuilder, int, ints } from "@lookonce/onnx";
import * as tf from "@tensorflow/tfjs-core";
import { float32, int64, int64s } from "./constants.ts";
import type { SuppressionSpec } from "./options.ts";

/** Pixels between the classes' boxes while they are compared: YOLOv5 7.0 and YOLOv8 8.3. */
export const classOffset = 7680;

/**
 * Converts decoded predictions [N, A, 4 + nc + extras], or [N, A, 5 + nc + extras] with objectness, to what suppression reads:
 * boxes [N, A, 4] as they are, the classes' confidences [N, A, nc] and, where there are any, extras [N, A, extras].
 */
export function candidates(
  decoded: tf.Tensor3D,
  { hasObjectness, extras }: { hasObjectness: boolean; extras: number },
): [boxes: tf.Tensor, ...others: tf.Tensor[]] {
  const first = hasObjectness ? [4, 1] : [4];
  const sizes = [...first, decoded.shape[2] - (hasObjectness ? 5 : 4) - extras, ...(extras === 0 ? [] : [extras])];
  const parts = tf.split<tf.Tensor>(decoded, sizes, 2);
  const [boxes, ...probabilities] = parts.slice(0, first.length + 1);
  const confidences = probabilities.reduce((objectness, share) => tf.mul(objectness, share));
  return [boxes as tf.Tensor, confidences, ...parts.slice(first.length + 1)];
}

/** Candidates with their best class, as values of a graph: confidences and class numbers [N, A, 1], and all in rows. */
export interface CandidateRows {
  scores: string;
  labels: string;
  /** [N, A, 6 + extras]: box, confidence, class number, extras. */
  all: string;
}

/** @param found boxes, confidences and perhaps extras, as values of the graph */
export function candidateRows(graph: GraphBuilder, found: readonly string[], opset: number): CandidateRows {
  const [boxes, confidences, ...extras] = found as [string, string, ...string[]];
  const scores = bestScores(graph, confidences, opset);
  const best = graph.node("ArgMax", [confidences], { axis: int(2), keepdims: int(1) });
  const labels = graph.node("Cast", [best], { to: elementType("float32") });
  const all = graph.node("Concat", [boxes, scores, labels, ...extras], { axis: int(2) });
  return { scores, labels, all };
}

/**
 * Writes non-maximum suppression as `nonMaxSuppression` of `@lookonce/geometry` computes it, one class an anchor:
 * [N, maxDet, 6 + extras] rows of left, top, right, bottom in pixels, confidence, class number, extras, best first, then zeros,
 * as `output0`.
 *
 * @param found corners, and the rest of what {@link candidates} returns, as values of the graph
 */
export function suppress(
  graph: GraphBuilder,
  found: readonly string[],
  options: SuppressionSpec & { opset: number; extras: number },
): void {
  const [corners] = found as [string];
  const { scores, labels, all } = candidateRows(graph, found, options.opset);
  const apart = graph.node("Mul", [labels, float32(graph, [classOffset])]);
  const compared = options.agnostic ? corners : graph.node("Add", [corners, apart]);
  const selected = graph.node("NonMaxSuppression", [
    compared,
    graph.node("Transpose", [scores], { perm: ints([0, 2, 1]) }),
    int64s(graph, [options.maxDet]),
    float32(graph, [options.iou], [1]),
    float32(graph, [options.conf], [1]),
  ]);
  const column = (i: number): string => graph.node("Gather", [selected, int64s(graph, [i])], { axis: int(1) });
  const [image, anchor] = [column(0), column(2)];
  const rows = graph.node("GatherND", [all, graph.node("Concat", [image, anchor], { axis: int(1) })]);
  const batch = graph.node("Gather", [graph.node("Shape", [scores]), int64s(graph, [0])]);
  const places = graph.node("Concat", [image, ranks(graph, image, batch)], { axis: int(1) });
  const shape = graph.node("Concat", [batch, int64s(graph, [options.maxDet, 6 + options.extras])], { axis: int(0) });
  const nothing = graph.node("Expand", [float32(graph, [0], [1, 1, 1]), shape]);
  graph.node("ScatterND", [nothing, places, rows], {}, { outputs: ["output0"] });
}

/**
 * The best class's confidence, [N, A, 1]. Axes of `ReduceMax` are an attribute before operator set 18 and an input from
 * then on.
 */
function bestScores(graph: GraphBuilder, confidences: string, opset: number): string {
  if (opset < 18) return graph.node("ReduceMax", [confidences], { axes: ints([2]), keepdims: int(1) });
  return graph.node("ReduceMax", [confidences, int64s(graph, [2])], { keepdims: int(1) });
}

/**
 * The how-manieth of its image each detection is, [K, 1]: suppression lists them image by image, best first, so that
 * it is the detection's number less those of the images before.
 */
function ranks(graph: GraphBuilder, image: string, batch: string): string {
  const [zero, one] = [int64(graph, 0), int64(graph, 1)];
  const scalar = (name: string): string => graph.node("Squeeze", [name, int64s(graph, [0])]);
  const count = graph.node("Gather", [graph.node("Shape", [image]), zero]);
  const numbers = graph.node("Unsqueeze", [graph.node("Range", [zero, count, one]), int64s(graph, [1])]);
  const images = graph.node("Range", [zero, scalar(batch), one]);
  const isEarlier = graph.node("Less", [image, graph.node("Unsqueeze", [images, int64s(graph, [0])])]);
  // [K, N] → how many detections lie before each image's first, [N]
  const earlier = graph.node("Cast", [isEarlier], { to: elementType("int64") });
  const before = graph.node("ReduceSum", [earlier, int64s(graph, [0])], { keepdims: int(0) });
  return graph.node("Sub", [numbers, graph.node("Gather", [before, image])]);
}
