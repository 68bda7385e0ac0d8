import { flush } from "@lookonce/backend-onnxruntime";
import { feed } from "@lookonce/device";
import { DetectionModel } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";

/** Another model of the same layers, names, weights and statistics, in inference mode; disposed of on its own. */
export async function copyModel(model: DetectionModel): Promise<DetectionModel> {
  const copy = new DetectionModel(model.config, { names: model.names });
  await assignModel(copy, model);
  return copy.eval();
}

/** Gives a model the weights and statistics of another one of the same layers. */
export async function assignModel(target: DetectionModel, source: DetectionModel): Promise<void> {
  await flush();
  const variables = source.namedVariables();
  const modules = target.namedModules();
  for (const [path, variable] of target.namedVariables()) {
    const original = variables.get(path) as tf.Variable;
    // A copy of the contents: two variables that share them would make the first step's graph unlike all later ones.
    const values = Float32Array.from(await original.data());
    tf.tidy(() => variable.assign(feed(values, original.shape as [number]) as tf.Tensor));
    const dot = path.lastIndexOf(".");
    // Modules that keep plain numbers beside a buffer, as YOLOv5's head does with its anchors, hear of new ones.
    const owner = modules.get(path.slice(0, Math.max(0, dot)));
    owner?.variableLoaded(path.slice(dot + 1), values);
  }
}
