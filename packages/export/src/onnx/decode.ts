import type { DetectionModel } from "@lookonce/nn";
import { type GraphBuilder, int, ints } from "@lookonce/onnx";
import { type CellPlaces, cellPlaces, type Level } from "./cell-places.ts";
import { float32, int64s } from "./constants.ts";

/** Predictions in pixels and probabilities as values of a graph; `axis` is that of their channels. */
export interface Decoded {
  /** Center x and y: [N, 2, A] or [N, A, 2]. */
  readonly centers: string;
  /** Width and height, alike. */
  readonly sizes: string;
  /** Probability of each class, alike; with objectness before it where `hasObjectness`. */
  readonly probabilities: string;
  /** 1 for YOLOv8, 2 for YOLOv5. */
  readonly axis: 1 | 2;
  readonly hasObjectness: boolean;
}

/** What {@link decode} works on. */
export interface DecodeOptions {
  /** The network's outputs; see `networkOf`. */
  readonly maps: readonly string[];
  /** Size of the images; undefined where it is free. */
  readonly size: { readonly height: number; readonly width: number } | undefined;
}

/** Writes the way from a network's raw maps to boxes and probabilities, in single precision. */
export function decode(graph: GraphBuilder, model: DetectionModel, { maps, size }: DecodeOptions): Decoded {
  const mapsPerLevel = maps.length / model.strides.length;
  const levels = model.strides.map((stride, i): Level => {
    const anchors = (model.anchors[i] ?? []).map(([w, h]) => [w * stride, h * stride] as const);
    const grid = size === undefined ? undefined : ([size.height / stride, size.width / stride] as const);
    return { map: maps[i * mapsPerLevel] as string, grid, stride, anchors };
  });
  if (model.anchors.length > 0) return decodeAnchorBased(graph, levels, 5 + model.nc);
  return decodeAnchorFree(graph, levels, { maps, regMax: model.regMax });
}

/**
 * Boxes from the expected distances to their sides (see `expectedDistances` and `distancesToXywh` of `@lookonce/nn`). Maps
 * of boxes [N, 4·regMax, h, w] and classes [N, nc, h, w], by turns.
 */
function decodeAnchorFree(
  graph: GraphBuilder,
  levels: readonly Level[],
  { maps, regMax }: { maps: readonly string[]; regMax: number },
): Decoded {
  const reshape = (name: string, shape: readonly number[]): string =>
    graph.node("Reshape", [name, int64s(graph, shape)]);
  const boxes = levels.map(({ map }) =>
    graph.node("Transpose", [reshape(map, [0, 4, regMax, -1])], { perm: ints([0, 1, 3, 2]) }),
  );
  const classes = levels.map((_, i) => reshape(maps[2 * i + 1] as string, [0, 0, -1]));
  const bins = graph.node("Softmax", [join(graph, boxes, 2)], { axis: int(3) });
  const numbers = float32(
    graph,
    Array.from({ length: regMax }, (_, bin) => bin),
    [regMax, 1],
  );
  const distances = reshape(graph.node("MatMul", [bins, numbers]), [0, 4, -1]);
  const halves = int64s(graph, [2, 2]);
  const [near, far] = graph.multi("Split", [distances, halves], { axis: int(1) }, { outputs: 2 }) as [string, string];
  const places = cellPlaces(graph, levels, 0.5);
  const turn = (name: string): string => graph.node("Transpose", [name], { perm: ints([0, 2, 1]) });
  const strides = turn(places.strides);
  const shift = graph.node("Div", [graph.node("Sub", [far, near]), float32(graph, [2])]);
  const centers = graph.node("Add", [shift, turn(places.cells)]);
  return {
    centers: graph.node("Mul", [centers, strides]),
    sizes: graph.node("Mul", [graph.node("Add", [near, far]), strides]),
    probabilities: graph.node("Sigmoid", [join(graph, classes, 2)]),
    axis: 1,
    hasObjectness: false,
  };
}

/** Boxes from anchors (see `decodeAnchorLevel` of `@lookonce/nn`). Maps [N, na·no, h, w], anchor by anchor. */
function decodeAnchorBased(graph: GraphBuilder, levels: readonly Level[], outputs: number): Decoded {
  const reshape = (name: string, shape: readonly number[]): string =>
    graph.node("Reshape", [name, int64s(graph, shape)]);
  const rows = levels.map(({ map, anchors }) => {
    const perAnchor = reshape(map, [0, anchors.length, outputs, -1]);
    return reshape(graph.node("Transpose", [perAnchor], { perm: ints([0, 1, 3, 2]) }), [0, -1, outputs]);
  });
  const shares = graph.node("Sigmoid", [join(graph, rows, 1)]);
  const parts = int64s(graph, [2, 2, outputs - 4]);
  const [xy, wh, probabilities] = graph.multi("Split", [shares, parts], { axis: int(2) }, { outputs: 3 }) as [
    string,
    string,
    string,
  ];
  const { cells, strides, anchors } = cellPlaces(graph, levels, -0.5) as CellPlaces & { anchors: string };
  const two = float32(graph, [2]);
  const centers = graph.node("Add", [graph.node("Mul", [xy, two]), cells]);
  const doubled = graph.node("Mul", [wh, two]);
  return {
    centers: graph.node("Mul", [centers, strides]),
    sizes: graph.node("Mul", [graph.node("Mul", [doubled, doubled]), anchors]),
    probabilities,
    axis: 2,
    hasObjectness: true,
  };
}

/** Writes predictions as one value, as programs for exported YOLO models expect it; see `exportOnnx`. */
export function joinDecoded(
  graph: GraphBuilder,
  { centers, sizes, probabilities, axis }: Decoded,
  name: string,
): string {
  return graph.node("Concat", [centers, sizes, probabilities], { axis: int(axis) }, { outputs: [name] });
}

function join(graph: GraphBuilder, names: readonly string[], axis: number): string {
  return names.length === 1 ? (names[0] as string) : graph.node("Concat", names, { axis: int(axis) });
}
