import { DetectionModel, type describeHead, readModelConfig, summarize } from "@lookonce/nn";

/** A model's head: what its widths follow from and what they cost. */
export interface HeadRow {
  model: string;
  /** Channels of the finest level's map, and pixels a cell. */
  channels: number;
  stride: number;
  /** Widths within the box branches and the class branches. */
  c2: number;
  c3: number;
  head: number;
  parameters: number;
  gflops: number;
}

/** Parameters of one level of a head. */
export interface LevelRow {
  stride: number;
  channels: number;
  box: number;
  class: number;
}

export interface P2Heads {
  /** Pairs of a model and the same with P2, from small to large. */
  pairs: [plain: HeadRow, p2: HeadRow][];
  /** YOLOv8x-P2 with the widths of YOLOv8x, set by hand. */
  wide: HeadRow;
  /** Levels of YOLOv8x, YOLOv8x-P2, and YOLOv8x-P2 with widths set by hand. */
  levels: Record<"plain" | "p2" | "wide", LevelRow[]>;
}

declare const data: P2Heads;

export { data };

const classes = 80;
const bins = 16;

export default {
  load(): P2Heads {
    const plain = count("yolov8x", "yolov8x");
    const p2 = count("yolov8x-p2", "yolov8x-p2");
    const wide = count("yolov8x-p2, wide", "yolov8x-p2", { c2: plain.row.c2, c3: plain.row.c3 });
    return {
      pairs: ["n", "s", "m", "l", "x"].map((scale) => [
        count(`yolov8${scale}`, `yolov8${scale}`).row,
        count(`yolov8${scale}-p2`, `yolov8${scale}-p2`).row,
      ]),
      wide: wide.row,
      levels: { plain: plain.levels, p2: p2.levels, wide: wide.levels },
    };
  },
};

/** Builds a model from its file, perhaps with other widths of the head, and counts. */
function count(model: string, file: string, widths?: { c2: number; c3: number }): { row: HeadRow; levels: LevelRow[] } {
  const config = readModelConfig(file);
  const layers = config.layers.map((layer, i) =>
    widths !== undefined && i === config.layers.length - 1 ? { ...layer, args: [...layer.args, widths] } : layer,
  );
  const built = new DetectionModel({ ...config, layers });
  const { head, parameters, gflops } = summarize(built);
  if (!("c2" in head)) throw new Error(`${file} has no anchor-free head.`);
  const { levels, c2, c3 } = head;
  const [{ channels, stride }] = levels as [LevelRow];
  checkFormula(model, head);
  return { row: { model, channels, stride, c2, c3, head: head.parameters, parameters, gflops }, levels };
}

/** The page states this formula; it has to match what was counted. */
function checkFormula(model: string, head: Extract<ReturnType<typeof describeHead>, { c2: number }>): void {
  const { c2, c3 } = head;
  // Weights of the three convolutions, two numbers of batch normalization a channel of the first two, biases of the last
  const branch = (c: number, width: number, outputs: number): number =>
    9 * c * width + 9 * width ** 2 + outputs * width + 4 * width + outputs;
  for (const { stride, channels, box, class: classBranch } of head.levels) {
    if (box !== branch(channels, c2, 4 * bins) || classBranch !== branch(channels, c3, classes)) {
      throw new Error(`${model}: the formula does not match the parameters of the level of stride ${stride}.`);
    }
  }
}
