import { elementType, type GraphBuilder, int } from "@lookonce/onnx";
import { int64, int64s } from "./constants.ts";
import type { SelectionSpec } from "./options.ts";
import { candidateRows } from "./suppress.ts";

/**
 * Writes the selection of end-to-end predictions as `nonMaxSuppression` of `@lookonce/geometry` computes it for them:
 * [N, min(maxDet, A), 6 + extras] rows of box, confidence, class number, extras, best first, as `output0`.
 *
 * @param found boxes, and the rest of what `candidates` returns, as values of the graph
 * @param options `anchors`: their number A, absent where it depends on the images; `nc`: number of classes
 */
export function selectBest(
  graph: GraphBuilder,
  found: readonly string[],
  options: SelectionSpec & { opset: number; nc: number; extras: number; anchors: number | undefined },
): void {
  const { maxDet, agnostic, opset, nc, extras, anchors } = options;
  const [boxes, confidences, ...others] = found as [string, string, ...string[]];
  const { scores, all } = candidateRows(graph, found, opset);
  const best = graph.node("Squeeze", [scores, int64s(graph, [2])]);
  const count = anchors === undefined ? fewest(graph, best, maxDet) : int64s(graph, [Math.min(maxDet, anchors)]);
  const largest = (values: string): [string, string] => {
    return graph.multi("TopK", [values, count], { axis: int(1) }, { outputs: 2 }) as [string, string];
  };
  const column = (values: string): string => graph.node("Unsqueeze", [values, int64s(graph, [2])]);
  const rowsOf = (values: string, indices: string): string => {
    return graph.node("GatherND", [values, column(indices)], { batch_dims: int(1) });
  };
  const [, chosen] = largest(best);
  if (agnostic) {
    graph.node("Identity", [rowsOf(all, chosen)], {}, { outputs: ["output0"] });
    return;
  }
  // All pairs of a chosen anchor and a class, [N, k · nc]
  const pairs = graph.node("Flatten", [rowsOf(confidences, chosen)], { axis: int(1) });
  const [confidence, pair] = largest(pairs);
  const place = graph.node("Div", [pair, int64(graph, nc)]);
  const label = graph.node("Sub", [pair, graph.node("Mul", [place, int64(graph, nc)])]);
  const anchor = graph.node("GatherElements", [chosen, place], { axis: int(1) });
  const row = others.length === 0 ? boxes : graph.node("Concat", [boxes, ...others], { axis: int(2) });
  const picked = rowsOf(row, anchor);
  const [box = picked, rest] =
    extras === 0
      ? [picked]
      : graph.multi("Split", [picked, int64s(graph, [4, extras])], { axis: int(2) }, { outputs: 2 });
  const labels = graph.node("Cast", [column(label)], { to: elementType("float32") });
  const parts = [box, column(confidence), labels, ...(rest === undefined ? [] : [rest])];
  graph.node("Concat", parts, { axis: int(2) }, { outputs: ["output0"] });
}

/** The number of anchors of an image [N, A], or `most` where that is less. */
function fewest(graph: GraphBuilder, scores: string, most: number): string {
  const anchors = graph.node("Gather", [graph.node("Shape", [scores]), int64s(graph, [1])]);
  return graph.node("Min", [anchors, int64s(graph, [most])]);
}
