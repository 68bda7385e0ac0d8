import { inputsOf, shapesOf } from "../build-layers.ts";
import type { DetectionModel } from "../detection-model.ts";
import { Head } from "../head.ts";
import type { Cost, Shape } from "../shape.ts";
import { describeHead, type HeadDescription } from "./describe-head.ts";

/** A layer of a model and what it costs. */
export interface LayerSummary {
  index: number;
  from: number | number[];
  /** After scaling by depth. */
  repeats: number;
  /** Module, as in the model file without `nn.` */
  name: string;
  parameters: number;
  /** After scaling: channels in, channels out, … */
  args: unknown[];
  /** Output [height, width, channels]; for the head one a level, for layers with several maps one each. */
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
   * As the family's reference counts: YOLOv8 those of the model file (23 in yolov8n), YOLOv5 6.1 all modules of the tree
   * with its containers and root (270 in yolov5n).
   */
  layers: number;
  /** All modules of the tree, with its containers and root. */
  moduleCount: number;
  /** 2 · multiply-accumulates of all convolutions for one image / 1e9; nothing else is counted. */
  gflops: number;
  /** 2 · multiply-accumulates of fully connected layers / 1e9, which `gflops` leaves out. */
  gflopsLinear: number;
  strides: number[];
  /** The head, its branches and the rule of their widths. */
  head: HeadDescription;
  modules: LayerSummary[];
}

/** Options of {@link summarize}. */
export interface SummarizeOptions {
  /** Side, or height and width, of the image (default 640). */
  imgsz?: number | readonly [height: number, width: number];
}

/** Counts parameters and operations from shapes alone; nothing is computed. */
export function summarize(model: DetectionModel, options: SummarizeOptions = {}): ModelSummary {
  const modules = summarizeLayers(model, options);
  const parameters = [...model.parameterSlots().values()];
  const moduleCount = model.namedModules().size;
  return {
    parameters: model.parameterCount,
    gradients: parameters.filter((p) => p.trainable).reduce((sum, p) => sum + p.size, 0),
    layers: model.anchors.length > 0 ? moduleCount : modules.length,
    moduleCount,
    gflops: (2 * modules.reduce((sum, layer) => sum + layer.macs, 0)) / 1e9,
    gflopsLinear: (2 * modules.reduce((sum, layer) => sum + layer.linearMacs, 0)) / 1e9,
    strides: [...model.strides],
    head: describeHead(model.head),
    modules,
  };
}

/** Shapes [height, width, channels] of what a model's head returns for an image: the levels' maps, perhaps prototypes. */
export function rawShapes(model: DetectionModel, options: SummarizeOptions): Shape[] {
  const maps: (number | number[])[] = summarizeLayers(model, options).at(-1)?.shape ?? [];
  return maps.map((map) => {
    const [h = 0, w = 0, channels = 0] = [map].flat();
    return [h, w, channels];
  });
}

function summarizeLayers(model: DetectionModel, { imgsz = 640 }: SummarizeOptions): LayerSummary[] {
  const [height, width] = typeof imgsz === "number" ? [imgsz, imgsz] : imgsz;
  const shapes: Shape[][] = [];
  const image: Shape = [height, width, model.config.channels];
  return model.layers.map((modelLayer): LayerSummary => {
    const { index, from, name, repeats, args, module } = modelLayer;
    const inputs = inputsOf(modelLayer, image, shapes);
    const cost: Cost = { macs: 0, linearMacs: 0 };
    const layer = { index, from, repeats, name, parameters: module.parameterCount, args };
    if (module instanceof Head) {
      const levels = module.outputShapes(inputs, cost);
      return { ...layer, shape: levels.map((level) => [...level]), ...cost };
    }
    const maps = shapesOf(module, inputs, { where: `layer ${index} (${name})`, cost });
    shapes.push(maps);
    const [first, ...others] = maps.map((map) => [...map]) as [number[], ...number[][]];
    return { ...layer, shape: others.length === 0 ? first : [first, ...others], ...cost };
  });
}
