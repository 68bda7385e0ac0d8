import { hypPreset } from "@lookonce/config";
import { DetectionModel, Focus, type LayerSummary, readModelConfig, SPP, SPPF, summarize } from "@lookonce/nn";

/** A layer of YOLOv5s. */
export interface LayerRow {
  index: number;
  from: string;
  module: string;
  repeats: number;
  parameters: number;
  shape: string;
}

/** What a model costs, by its three parts. */
export interface SizeRow {
  model: string;
  depth: number;
  width: number;
  backbone: number;
  neck: number;
  head: number;
  parameters: number;
  gflops: number;
}

export interface Yolov5 {
  layers: Record<"backbone" | "neck" | "head", LayerRow[]>;
  sizes: SizeRow[];
  large: SizeRow[];
  /** How often each module occurs in YOLOv5s, with those inside of others. */
  modules: { module: string; count: number }[];
  /** Parameters of what release 6.0 replaced, and of what replaced it, at YOLOv5s' width. */
  replaced: { stem: number; focus: number; sppf: number; spp: number };
  /** Anchors of a level, and outputs of a cell with 80 classes. */
  anchors: number;
  outputs: number;
  /** The default recipe: `hyp.scratch-low.yaml` of 7.0. */
  recipe: ReturnType<typeof hypPreset>;
  /** Boxes that are predicted for an image of 640 × 640, before suppression. */
  boxes: number;
}

declare const data: Yolov5;

export { data };

const scales = ["n", "s", "m", "l", "x"];

export default {
  load(): Yolov5 {
    const model = build("yolov5s");
    const summary = summarize(model);
    const { head } = summary;
    if (!("outputs" in head)) throw new Error("YOLOv5's head has anchors.");
    return {
      layers: layersOf(summary.modules),
      sizes: scales.map((scale) => sizeOf(`yolov5${scale}`)),
      large: scales.map((scale) => sizeOf(`yolov5${scale}6`)),
      modules: modulesOf(model),
      replaced: replacedParts(summary.modules),
      recipe: hypPreset("v5-scratch-low"),
      anchors: head.anchors,
      outputs: head.outputs,
      boxes: head.levels.reduce((sum, { stride }) => sum + head.anchors * (640 / stride) ** 2, 0),
    };
  },
};

function build(name: string): DetectionModel {
  return new DetectionModel(readModelConfig(name));
}

/** The layers by part: the backbone ends with SPPF, the head is the last layer, the neck is what lies between. */
function parts(modules: readonly LayerSummary[]): Record<"backbone" | "neck" | "head", LayerSummary[]> {
  const end = modules.findIndex(({ name }) => name === "SPPF") + 1;
  return { backbone: modules.slice(0, end), neck: modules.slice(end, -1), head: modules.slice(-1) };
}

function layersOf(modules: readonly LayerSummary[]): Yolov5["layers"] {
  const { backbone, neck, head } = parts(modules);
  return { backbone: backbone.map(rowOf), neck: neck.map(rowOf), head: head.map(rowOf) };
}

function rowOf({ index, from, name, repeats, parameters, shape }: LayerSummary): LayerRow {
  const maps = (Array.isArray(shape[0]) ? shape : [shape]) as number[][];
  return {
    index,
    from: [from].flat().join(", "),
    module: name,
    repeats,
    parameters,
    shape: maps.map((map) => map.join(" × ")).join("; "),
  };
}

function sizeOf(name: string): SizeRow {
  const config = readModelConfig(name);
  const { modules, parameters, gflops } = summarize(new DetectionModel(config));
  const { backbone, neck, head } = parts(modules);
  const sum = (layers: readonly LayerSummary[]): number => layers.reduce((total, layer) => total + layer.parameters, 0);
  const [depth, width] = [config.depth, config.width];
  return { model: name, depth, width, backbone: sum(backbone), neck: sum(neck), head: sum(head), parameters, gflops };
}

function modulesOf(model: DetectionModel): Yolov5["modules"] {
  const counts = new Map<string, number>();
  for (const [, module] of model.namedModules()) {
    const { name } = module.constructor;
    if (["Conv", "C3", "Bottleneck", "SPPF", "DetectV5"].includes(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([module, count]) => ({ module, count })).sort((a, b) => b.count - a.count);
}

function replacedParts(modules: readonly LayerSummary[]): Yolov5["replaced"] {
  const stem = modules[0] as LayerSummary;
  const pooling = modules.find(({ name }) => name === "SPPF") as LayerSummary;
  const [inputs, outputs] = pooling.args as [number, number];
  return {
    stem: stem.parameters,
    focus: new Focus(3, (stem.args as number[])[1] as number, { kernel: 3 }).parameterCount,
    sppf: new SPPF(inputs, outputs, { kernel: 5 }).parameterCount,
    spp: new SPP(inputs, outputs, { kernels: [5, 9, 13] }).parameterCount,
  };
}
