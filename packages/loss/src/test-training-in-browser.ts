import { currentBackend, RecordedStep, registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { V8Criterion } from "./index.ts";

const side = 64;
/** Fewer leave the deepest map so few numbers to normalize that differences of rounding grow fast. */
const count = 4;

/** Images with noise and two objects each. */
function batch(seed: number) {
  const rng = new Random(seed);
  const maxTargets = 2;
  const objects = count * maxTargets;
  const boxes = Array.from({ length: objects }, () => {
    const [x, y] = [rng.uniform(0, 30), rng.uniform(0, 30)];
    return [x, y, x + rng.uniform(10, 30), y + rng.uniform(10, 30)];
  });
  return {
    images: Float32Array.from({ length: count * side * side * 3 }, () => rng.uniform(0, 1)),
    targets: {
      labels: Int32Array.from({ length: objects }, () => rng.integer(0, 3)),
      boxes: Float32Array.from(boxes.flat()),
      mask: new Float32Array(objects).fill(1),
      maxTargets,
    },
  };
}

/** What {@link learn} saw: the loss of each step, and where contents of variables are then. */
export interface Learned {
  losses: number[];
  places: string[];
}

/** Trains a YOLOv8 by steps of descent with momentum. */
export async function learn(
  modelFile: string,
  steps: number,
  options: Parameters<typeof registerOnnxRuntime>[0] = {},
): Promise<Learned> {
  await registerOnnxRuntime({ name: "training", ...options });
  await tf.setBackend("training");
  const model = new DetectionModel(parseModelConfig(modelFile, { name: "yolov8n.yaml" }), { rng: new Random(0) });
  const criterion = new V8Criterion(model);
  const weights = [...model.namedParameters().values()];
  const moving = weights.map((weight) => tf.variable(tf.zerosLike(weight)));
  const changing = [...model.namedVariables().values(), ...moving];
  const step = new RecordedStep(
    ({ images, ...targets }: { images: tf.Tensor4D; labels: tf.Tensor2D; boxes: tf.Tensor3D; mask: tf.Tensor2D }) => {
      const { value, grads } = tf.variableGrads(
        () => criterion.loss(model.forward(images).raw, targets).total,
        weights,
      );
      for (const [i, weight] of weights.entries()) {
        const velocity = moving[i] as tf.Variable;
        velocity.assign(tf.add(tf.mul(velocity, 0.9), grads[weight.name] ?? tf.zerosLike(weight)));
        weight.assign(tf.sub(weight, tf.mul(velocity, 0.0005)));
      }
      return { value };
    },
    changing,
  );
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const { images, targets } = batch(i % 2);
    const inputs = criterion.inputs({ images: new Uint8Array(0), count, height: side, width: side, targets });
    const { value } = await step.run({ images: { data: images, shape: [count, side, side, 3] }, ...inputs });
    losses.push(value[0] as number);
  }
  const places = weights.map((weight) => {
    const { data, resident } = currentBackend()?.value(weight) ?? {};
    return data === undefined ? (resident?.tensor.location ?? "nowhere") : "host";
  });
  tf.removeBackend("training");
  return { losses, places: [...new Set(places)] };
}
