import { type GraphBuilder, int, ints } from "@lookonce/onnx";
import { float32, int64, int64s } from "./constants.ts";
import type { Decoded } from "./decode.ts";
import type { SuppressionForm } from "./options.ts";

/** Pixels between the classes' boxes while they are compared: YOLOv5 7.0 and YOLOv8 8.3. */
const classOffset = 7680;

/** What {@link suppress} works on. */
export interface SuppressOptions extends SuppressionForm {
  readonly opset: number;
  /** Name of the output. */
  readonly name: string;
}

/**
 * Writes non-maximum suppression as `nonMaxSuppression` of `@lookonce/geometry` does it, one class an anchor: [N, maxDet, 6]
 * rows of left, top, right, bottom in pixels, confidence, class number, best first, then zeros.
 */
export function suppress(graph: GraphBuilder, decoded: Decoded, options: SuppressOptions): string {
  const { corners, scores, labels } = candidates(graph, decoded, options.opset);
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
  const found = graph.node("GatherND", [
    graph.node("Concat", [corners, scores, labels], { axis: int(2) }),
    graph.node("Concat", [image, anchor], { axis: int(1) }),
  ]);
  const batch = graph.node("Gather", [graph.node("Shape", [scores]), int64s(graph, [0])]);
  const places = graph.node("Concat", [image, ranks(graph, image, batch)], { axis: int(1) });
  const shape = graph.node("Concat", [batch, int64s(graph, [options.maxDet, 6])], { axis: int(0) });
  const nothing = graph.node("Expand", [float32(graph, [0], [1, 1, 1]), shape]);
  return graph.node("ScatterND", [nothing, places, found], {}, { outputs: [options.name] });
}

/** Corners [N, A, 4], and confidence and number of the best class, [N, A, 1]. */
function candidates(
  graph: GraphBuilder,
  { centers, sizes, probabilities, axis, hasObjectness }: Decoded,
  opset: number,
): { corners: string; scores: string; labels: string } {
  const rows = (name: string): string =>
    axis === 2 ? name : graph.node("Transpose", [name], { perm: ints([0, 2, 1]) });
  const half = graph.node("Div", [sizes, float32(graph, [2])]);
  const corners = graph.node("Concat", [graph.node("Sub", [centers, half]), graph.node("Add", [centers, half])], {
    axis: int(axis),
  });
  let confidences = probabilities;
  if (hasObjectness) {
    const slice = (from: number, to: number): string =>
      graph.node("Slice", [probabilities, ...[from, to, axis].map((value) => int64s(graph, [value]))]);
    confidences = graph.node("Mul", [slice(1, Number.MAX_SAFE_INTEGER), slice(0, 1)]);
  }
  const labels = graph.node("ArgMax", [confidences], { axis: int(axis), keepdims: int(1) });
  return {
    corners: rows(corners),
    scores: rows(largest(graph, confidences, { axis, opset })),
    labels: rows(graph.node("Cast", [labels], { to: int(1) })),
  };
}

/** Axes of `ReduceMax` are an attribute before operator set 18 and an input from then on. */
function largest(graph: GraphBuilder, name: string, { axis, opset }: { axis: number; opset: number }): string {
  if (opset < 18) return graph.node("ReduceMax", [name], { axes: ints([axis]), keepdims: int(1) });
  return graph.node("ReduceMax", [name, int64s(graph, [axis])], { keepdims: int(1) });
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
  const before = graph.node("ReduceSum", [graph.node("Cast", [isEarlier], { to: int(7) }), int64s(graph, [0])], {
    keepdims: int(0),
  });
  return graph.node("Sub", [numbers, graph.node("Gather", [before, image])]);
}
