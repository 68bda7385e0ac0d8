import { Random } from "@lookonce/random";
import { enterTestDevice, slimZooFile } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { DetectionModel, parseModelConfig, readModelConfig, shippedModels } from "./index.ts";

beforeAll(() => enterTestDevice("javascript"));

/** A shipped model of few channels and layers: what connects it stays the same. */
function slim(name: string): DetectionModel {
  const file = slimZooFile(readModelConfig(name, { nc: 2 }).source);
  return new DetectionModel(parseModelConfig(file, { name: "slim" }), { rng: new Random(1) });
}

describe("each shipped model", () => {
  it.each(shippedModels())("%s has a gradient for all it trains, at its smallest size", async (name) => {
    const model = slim(name);
    const side = model.maxStride;
    const rng = new Random(2);
    const x = tf.tensor4d(
      Float32Array.from({ length: side * side * 3 }, () => rng.uniform()),
      [1, side, side, 3],
    );
    const { value, grads } = tf.variableGrads(
      () => tf.addN(model.forward(x).raw.map((map) => tf.sum(tf.square(map)))) as tf.Scalar,
      [...model.namedParameters().values()].filter((variable) => variable.trainable),
    );
    const sums = await Promise.all(Object.values(grads).map(async (grad) => tf.sum(tf.abs(grad)).data()));
    expect(sums.every(([sum]) => Number.isFinite(sum))).toBe(true);
    expect((await value.data())[0]).toBeGreaterThan(0);
    const { decoded, raw } = model.eval().forward(x);
    expect(decoded?.shape[1]).toBe(
      model.head
        .splitMaps(raw)
        .levels.reduce((sum, map) => sum + map.shape[1] * map.shape[2] * Math.max(1, model.anchors[0]?.length ?? 0), 0),
    );
    model.dispose();
  });
});
