import { type ModelRow, shapeOf } from "../build-rows.ts";
import type { DetectionModel } from "../detection-model.ts";
import { Head } from "../head.ts";
import type { Cost, Shape } from "../shape.ts";
import { countParameters } from "./count-parameters.ts";
import { describeHead, type HeadDescription } from "./describe-head.ts";

/** One row of a model's table. */
export interface SummaryRow {
  index: number;
  from: number | number[];
  /** After scaling by depth. */
  repeats: number;
  /** Module, as in the model file without `nn.` */
  name: string;
  parameters: number;
  /** After scaling: channels in, channels out, … */
  args: unknown[];
  /** Output [height, width, channels]; for the head one a level. */
  shape: number[] | number[][];
  /** Multiply-accumulates of its convolutions for one image. */
  macs: number;
  /** Multiply-accumulates of its fully connected layers for one image; only transformers have any. */
  linearMacs: number;
}

/** What a model is made of and costs. */
export interface ModelSummary {
  /** All parameters, fixed ones too. */
  parameters: number;
  /** Parameters that are trained. */
  gradients: number;
  /**
   * As the family's reference counts: YOLOv8 the rows of the table (23 in yolov8n), YOLOv5 6.1 all modules of the tree
   * with its containers and root (270 in yolov5n).
   */
  layers: number;
  /** Rows of the table. */
  rows: number;
  /** All modules of the tree, with its containers and root. */
  moduleCount: number;
  /** 2 · multiply-accumulates of all convolutions for one image / 1e9; nothing else is counted. */
  gflops: number;
  /** 2 · multiply-accumulates of fully connected layers / 1e9, which `gflops` leaves out. */
  gflopsLinear: number;
  strides: number[];
  /** The head, its branches and the rule of their widths. */
  head: HeadDescription;
  modules: SummaryRow[];
}

/** Options of {@link summarize}. */
export interface SummarizeOptions {
  /** Side, or height and width, of the image (default 640). */
  imgsz?: number | readonly [height: number, width: number];
}

/** Counts parameters and operations from shapes alone; nothing is computed. */
export function summarize(model: DetectionModel, { imgsz = 640 }: SummarizeOptions = {}): ModelSummary {
  const [height, width] = typeof imgsz === "number" ? [imgsz, imgsz] : imgsz;
  const shapes: Shape[] = [];
  const image: Shape = [height, width, model.config.channels];
  const modules = model.rows.map((row) => {
    const inputs = row.sources.map((source) => (source < 0 ? image : (shapes[source] as Shape)));
    return summarizeRow(row, inputs, shapes);
  });
  const parameters = [...model.parameterSlots().values()];
  const moduleCount = model.namedModules().size;
  return {
    parameters: countParameters(model),
    gradients: parameters.filter((p) => p.trainable).reduce((sum, p) => sum + p.size, 0),
    layers: model.anchors.length > 0 ? moduleCount : modules.length,
    rows: modules.length,
    moduleCount,
    gflops: (2 * modules.reduce((sum, row) => sum + row.macs, 0)) / 1e9,
    gflopsLinear: (2 * modules.reduce((sum, row) => sum + row.linearMacs, 0)) / 1e9,
    strides: [...model.strides],
    head: describeHead(model.head),
    modules,
  };
}

function summarizeRow(row: ModelRow, inputs: Shape[], shapes: Shape[]): SummaryRow {
  const cost: Cost = { macs: 0, linearMacs: 0 };
  const { index, from, repeats, args, layer } = row;
  const base = { index, from, repeats, name: row.module, parameters: countParameters(layer), args };
  if (layer instanceof Head) {
    const levels = layer.outputShapes(inputs, cost);
    return { ...base, shape: levels.map((level) => [...level]), ...cost };
  }
  const shape = shapeOf(layer, inputs, { where: `layer ${index} (${row.module})`, cost });
  shapes.push(shape);
  return { ...base, shape: [...shape], ...cost };
}
