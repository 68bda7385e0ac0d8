import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { enterTestDevice } from "@lookonce/testing";
import type * as tfjs from "@tensorflow/tfjs-core";
import { afterAll, describe, expect, it } from "vitest";
import { checkImage } from "../check-image.ts";
import { predict } from "../compare.ts";
import { tinyModel, useOnnxRuntime } from "../test-tiny-model.ts";
import { exportSavedModel } from "./export-saved-model.ts";

/** The part of tfjs-node that reads SavedModels. */
interface TensorFlowNode {
  tensor4d: typeof tfjs.tensor4d;
  transpose: typeof tfjs.transpose;
  setBackend: typeof tfjs.setBackend;
  node: {
    loadSavedModel(
      folder: string,
      tags: string[],
      signature: string,
    ): Promise<{ predict(inputs: { images: tfjs.Tensor }): { output0: tfjs.Tensor } }>;
  };
}

/** Runs where TensorFlow's device is tested: its native library is there. */
describe.runIf(process.env.LOOKONCE_TEST_DEVICE === "tensorflow")("a SavedModel in tfjs-node", () => {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-tfjs-node-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(["v5", "v8"] as const)("says what the %s model does", async (family) => {
    await useOnnxRuntime();
    const model = await tinyModel(family);
    const file = join(folder, family);
    await exportSavedModel(model, { file, imgsz: [64, 96] });
    const images = await checkImage({ height: 64, width: 96, batch: 1 });
    const { data: expected } = await predict(model, images, [1, 3, 64, 96]);
    await enterTestDevice();
    const tf = createRequire(import.meta.url)("@tensorflow/tfjs-node") as TensorFlowNode;
    const loaded = await tf.node.loadSavedModel(file, ["serve"], "serving_default");
    const x = tf.transpose(tf.tensor4d(images, [1, 3, 64, 96]), [0, 2, 3, 1]);
    const found = (await loaded.predict({ images: x }).output0.data()) as Float32Array;
    const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] as number))), 0);
    expect(found.length).toBe(expected.length);
    expect(worst).toBeLessThan(1e-2);
  });
});
