import { type GraphBuilder, int } from "@lookonce/onnx";
import { float32, int64, int64s } from "./constants.ts";

/** One level of a head: its cells, and the boxes that every cell predicts. */
export interface Level {
  /** A map of the level, [N, …, h, w]. */
  readonly map: string;
  /** Height and width in cells; undefined where they depend on the images. */
  readonly grid: readonly [height: number, width: number] | undefined;
  /** Pixels a cell. */
  readonly stride: number;
  /** Width and height of each box that a cell starts from, in pixels; empty without anchors. */
  readonly anchors: readonly (readonly [number, number])[];
}

/** What decoding needs to know of the places of predictions, as values of a graph: rows by level, anchor, y, x. */
export interface CellPlaces {
  /** Places in their level's cells, x then y: [1, A, 2]. */
  readonly cells: string;
  /** Pixels a cell: [1, A, 1]. */
  readonly strides: string;
  /** Width and height of the anchors in pixels: [1, A, 2]; undefined without anchors. */
  readonly anchors: string | undefined;
}

/**
 * Writes the places of a head's predictions. Where the images' size is known they are constants, or made of small ones,
 * which runtimes do once; else they are computed from the maps' shapes.
 *
 * @param offset added to the cells' numbers: 0.5 for their centers
 */
export function cellPlaces(graph: GraphBuilder, levels: readonly Level[], offset: number): CellPlaces {
  const parts = levels.map((level) => placesOf(graph, level, offset));
  const join = (names: string[]): string =>
    names.length === 1 ? (names[0] as string) : graph.node("Concat", names, { axis: int(1) });
  return {
    cells: join(parts.map(({ cells }) => cells)),
    strides: join(parts.map(({ strides }) => strides)),
    anchors: parts.some(({ anchors }) => anchors === undefined)
      ? undefined
      : join(parts.map(({ anchors }) => anchors as string)),
  };
}

function placesOf(graph: GraphBuilder, level: Level, offset: number): CellPlaces {
  const { grid, stride, anchors } = level;
  const { cells, count } = grid === undefined ? computedCells(graph, level, offset) : knownCells(graph, grid, offset);
  if (anchors.length === 0 && grid !== undefined) {
    const area = grid[0] * grid[1];
    return { cells, strides: float32(graph, new Float32Array(area).fill(stride), [1, area, 1]), anchors: undefined };
  }
  const [one, per] = [int64s(graph, [1]), Math.max(1, anchors.length)];
  const total = per === 1 ? count : graph.node("Mul", [count, int64s(graph, [per])]);
  const strides = graph.node("Expand", [
    float32(graph, [stride], [1, 1, 1]),
    graph.node("Concat", [one, total, one], { axis: int(0) }),
  ]);
  if (anchors.length === 0) return { cells, strides, anchors: undefined };
  const spread = graph.node("Expand", [
    float32(graph, anchors.flat(), [per, 1, 2]),
    graph.node("Concat", [int64s(graph, [per]), count, int64s(graph, [2])], { axis: int(0) }),
  ]);
  return {
    cells: graph.node("Tile", [cells, int64s(graph, [1, per, 1])]),
    strides,
    anchors: graph.node("Reshape", [spread, int64s(graph, [1, -1, 2])]),
  };
}

/** The cells of one level [1, h·w, 2], and how many they are, [1]. */
interface Cells {
  readonly cells: string;
  readonly count: string;
}

function knownCells(graph: GraphBuilder, [height, width]: readonly [number, number], offset: number): Cells {
  const places = Float32Array.from(
    { length: height * width * 2 },
    (_, i) => (i % 2 === 0 ? (i / 2) % width : Math.floor(i / 2 / width)) + offset,
  );
  return { cells: float32(graph, places, [1, height * width, 2]), count: int64s(graph, [height * width]) };
}

function computedCells(graph: GraphBuilder, { map }: Level, offset: number): Cells {
  const shape = graph.node("Shape", [map]);
  const [height, width] = [2, 3].map((axis) => graph.node("Gather", [shape, int64(graph, axis)])) as [string, string];
  const unsqueeze = (name: string, axis: number): string => graph.node("Unsqueeze", [name, int64s(graph, [axis])]);
  const numbers = (count: string): string => {
    const range = graph.node("Range", [int64(graph, 0), count, int64(graph, 1)]);
    return graph.node("Add", [graph.node("Cast", [range], { to: int(1) }), float32(graph, [offset])]);
  };
  const flat = (name: string): string => graph.node("Reshape", [name, int64s(graph, [1, -1, 1])]);
  const size = graph.node("Concat", [unsqueeze(height, 0), unsqueeze(width, 0)], { axis: int(0) });
  const x = graph.node("Expand", [unsqueeze(numbers(width), 0), size]);
  const y = graph.node("Expand", [unsqueeze(numbers(height), 1), size]);
  return {
    cells: graph.node("Concat", [flat(x), flat(y)], { axis: int(2) }),
    count: unsqueeze(graph.node("Mul", [height, width]), 0),
  };
}
