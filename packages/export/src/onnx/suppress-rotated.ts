import { elementType, type GraphBuilder, int, ints } from "@lookonce/onnx";
import { float32, int64, int64s } from "./constants.ts";
import type { SuppressionSpec } from "./options.ts";
import { candidateRows, classOffset } from "./suppress.ts";

/** Boxes of an image that are compared with each other, the best ones: each with each, so that memory grows with the square. */
const maxCompared = 1024;

const epsilon = 1e-7;

/**
 * Writes the suppression of rotated boxes as `@lookonce/geometry` computes it (YOLOv8 8.3), one class an anchor: a box goes where
 * any better one, kept or not, overlaps it by a probiou of at least the threshold. [N, maxDet, 7] rows of center x, center y,
 * width, height in pixels, confidence, class number, angle, best first, then zeros, as `output0`.
 *
 * @param found boxes [N, A, 4], confidences [N, A, nc] and angles [N, A, 1], as values of the graph
 */
export function suppressRotated(
  graph: GraphBuilder,
  found: readonly string[],
  options: SuppressionSpec & { opset: number; extras: number },
): void {
  const [image, count] = [int64(graph, 0), int64(graph, 1)];
  const rows = candidateRows(graph, found, options.opset);
  const scores = graph.node("Squeeze", [rows.scores, int64s(graph, [2])]);
  const anchors = graph.node("Gather", [graph.node("Shape", [scores]), int64s(graph, [1])]);
  const compared = graph.node("Min", [anchors, int64s(graph, [maxCompared])]);
  const [, order = ""] = graph.multi("TopK", [scores, compared], { axis: int(1) }, { outputs: 2 });
  const indices = graph.node("Unsqueeze", [order, int64s(graph, [2])]);
  const best = graph.node("GatherND", [rows.all, indices], { batch_dims: int(1) });
  const columns = graph.multi("Split", [best, int64s(graph, new Array(7).fill(1))], { axis: int(2) }, { outputs: 7 });
  const [x = "", y = "", width = "", height = "", score = "", label = "", angle = ""] = columns;

  const number = (value: number): string => float32(graph, [value]);
  const op = (name: string, ...inputs: string[]): string => graph.node(name, inputs);
  const apart = options.agnostic ? number(0) : op("Mul", label, number(classOffset));
  const overlaps = probiou(graph, { x: op("Add", x, apart), y: op("Add", y, apart), width, height, angle });
  const places = op("Range", image, op("Squeeze", compared, int64s(graph, [0])), count);
  const isBetter = op("Less", op("Unsqueeze", places, int64s(graph, [0])), op("Unsqueeze", places, int64s(graph, [1])));
  const isCovered = op("And", op("GreaterOrEqual", overlaps, number(options.iou)), isBetter);
  const covers = graph.node("Cast", [isCovered], { to: elementType("float32") });
  const coveredBy = graph.node("ReduceSum", [covers, int64s(graph, [2])], { keepdims: int(1) });
  const isSure = op("Greater", score, number(options.conf));
  const isKept = op("Squeeze", op("And", op("Less", coveredBy, number(0.5)), isSure), int64s(graph, [2]));
  const kept = graph.node("Cast", [isKept], { to: elementType("int64") });
  const ranks = graph.node("CumSum", [kept, int64(graph, 1)], { exclusive: int(1) });
  const fits = op("And", isKept, op("Less", ranks, int64(graph, options.maxDet)));

  const chosen = graph.node("Transpose", [op("NonZero", fits)], { perm: ints([1, 0]) });
  const images = graph.node("Gather", [chosen, int64s(graph, [0])], { axis: int(1) });
  const rank = op("Unsqueeze", op("GatherND", ranks, chosen), int64s(graph, [1]));
  const target = graph.node("Concat", [images, rank], { axis: int(1) });
  const batch = graph.node("Gather", [op("Shape", scores), int64s(graph, [0])]);
  const shape = graph.node("Concat", [batch, int64s(graph, [options.maxDet, 7])], { axis: int(0) });
  const nothing = op("Expand", float32(graph, [0], [1, 1, 1]), shape);
  graph.node("ScatterND", [nothing, target, op("GatherND", best, chosen)], {}, { outputs: ["output0"] });
}

/** Columns [N, K, 1] of boxes, as names of values. */
type Columns = Record<"x" | "y" | "width" | "height" | "angle", string>;

/** Overlaps of every box with every other, [N, K, K] (Llerena et al., arXiv 2106.06072; epsilons as in YOLOv8 8.3). */
function probiou(graph: GraphBuilder, { x, y, width, height, angle }: Columns): string {
  const op = (name: string, ...inputs: string[]): string => graph.node(name, inputs);
  const number = (value: number): string => float32(graph, [value]);
  const across = (column: string): string => graph.node("Transpose", [column], { perm: ints([0, 2, 1]) });
  const both = (column: string): string => op("Add", column, across(column));
  const twelfth = number(1 / 12);
  const [w, h] = [op("Mul", op("Mul", width, width), twelfth), op("Mul", op("Mul", height, height), twelfth)];
  const [cos, sin] = [op("Cos", angle), op("Sin", angle)];
  const [cos2, sin2] = [op("Mul", cos, cos), op("Mul", sin, sin)];
  const a = op("Add", op("Mul", w, cos2), op("Mul", h, sin2));
  const b = op("Add", op("Mul", w, sin2), op("Mul", h, cos2));
  const c = op("Mul", op("Mul", op("Sub", w, h), cos), sin);
  const [sumA, sumB, sumC] = [both(a), both(b), both(c)];
  const [dx, dy] = [op("Sub", x, across(x)), op("Sub", y, across(y))];
  const determinant = op("Sub", op("Mul", sumA, sumB), op("Mul", sumC, sumC));
  const safe = op("Add", determinant, number(epsilon));
  const quadratic = op("Add", op("Mul", sumA, op("Mul", dy, dy)), op("Mul", sumB, op("Mul", dx, dx)));
  const mixed = op("Mul", sumC, op("Mul", dx, dy));
  const distances = op(
    "Sub",
    op("Mul", op("Div", quadratic, safe), number(0.25)),
    op("Mul", op("Div", mixed, safe), number(0.5)),
  );
  const own = op("Relu", op("Sub", op("Mul", a, b), op("Mul", c, c)));
  const extents = op("Mul", op("Sqrt", op("Mul", own, across(own))), number(4));
  const ratio = op("Add", op("Div", determinant, op("Add", extents, number(epsilon))), number(epsilon));
  const unlike = op("Mul", op("Log", ratio), number(0.5));
  const distance = op("Min", op("Max", op("Add", distances, unlike), number(epsilon)), number(100));
  const hellinger = op("Sqrt", op("Add", op("Sub", number(1), op("Exp", op("Neg", distance))), number(epsilon)));
  return op("Sub", number(1), hellinger);
}
