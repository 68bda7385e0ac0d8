import * as tf from "@tensorflow/tfjs-core";
import { DetectionModel } from "./detection-model.ts";
import { outlineFused } from "./fuse.ts";
import { BatchNorm2d } from "./modules/batch-norm2d.ts";

/**
 * Another model of the same layers, names, weights and statistics, in inference mode; disposed of on its own. A copy of
 * a fused model is fused.
 */
export async function copyModel(model: DetectionModel): Promise<DetectionModel> {
  const copy = new DetectionModel(model.config, { names: model.names });
  const isFused = ![...model.namedModules().values()].some((module) => module instanceof BatchNorm2d);
  if (isFused) outlineFused(copy, { branch: model.head.branches.length > 1 ? "all" : model.head.branches[0] });
  const originals = model.namedVariables();
  const modules = copy.namedModules();
  for (const [path, variable] of copy.namedVariables()) {
    const original = originals.get(path) as tf.Variable;
    const values = Float32Array.from(await original.data());
    tf.tidy(() => variable.assign(tf.tensor(values, original.shape)));
    const dot = path.lastIndexOf(".");
    // Modules that keep plain numbers beside a buffer, as YOLOv5's head does with its anchors, hear of new ones.
    modules.get(path.slice(0, Math.max(0, dot)))?.variableLoaded(path.slice(dot + 1), values);
  }
  return copy.eval();
}
