import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkImage } from "../check-image.ts";
import { largestDifferences, predict } from "../compare.ts";
import { tinyModel, useOnnxRuntime } from "../test-tiny-model.ts";
import { decodeSavedModel } from "./decode-saved-model.ts";
import { exportSavedModel } from "./export-saved-model.ts";

/** A Python with TensorFlow; set LOOKONCE_TENSORFLOW_PYTHON to name one that is not the first on the path. */
const python = process.env.LOOKONCE_TENSORFLOW_PYTHON ?? (process.env.LOOKONCE_PYTHON || "python3");
const hasTensorFlow = spawnSync(python, ["-c", "import tensorflow"]).status === 0;

let folder = "";
beforeAll(async () => {
  await useOnnxRuntime();
  folder = mkdtempSync(join(tmpdir(), "lookonce-saved-model-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("exportSavedModel", () => {
  it.each(["v5", "v8"] as const)("writes a %s model that agrees, with names beside it", async (family) => {
    const file = join(folder, "new", family);
    const report = await exportSavedModel(await tinyModel(family), { file, imgsz: [64, 96] });
    expect(readdirSync(file).sort()).toEqual(["metadata.yaml", "saved_model.pb"]);
    expect(readdirSync(join(folder, "new")).filter((name) => name.endsWith(".partial"))).toEqual([]);
    expect(report).toMatchObject({ file, format: "saved_model", checkedOn: "coffee.jpg" });
    expect(report.differences.pixels).toBeLessThan(1e-2);
    expect(report.differences.probability).toBeLessThan(1e-4);
    expect(readFileSync(join(file, "metadata.yaml"), "utf8")).toContain(`names: {"0":"cat","1":"d'og","2":"bird"}`);
    const graph = decodeSavedModel(readFileSync(join(file, "saved_model.pb")));
    expect(graph.inputs).toEqual([{ name: "images", node: "images:0", shape: [1, 64, 96, 3] }]);
    expect(graph.outputs[0]?.shape).toEqual({ v8: [1, 7, 480], v5: [1, 960, 8] }[family]);
    // What TensorFlow.js joins is no operation of TensorFlow's.
    expect(graph.nodes.some(({ op }) => op.includes("Fused"))).toBe(false);
  });

  it("stores filters in half precision where that is asked for", async () => {
    const model = await tinyModel("v8");
    const whole = await exportSavedModel(model, { file: join(folder, "whole"), imgsz: 64 });
    const half = await exportSavedModel(model, { file: join(folder, "half"), imgsz: 64, half: true });
    expect(half.bytes).toBeLessThan(0.7 * whole.bytes);
    expect(half.largestDifference).toBeGreaterThan(whole.largestDifference);
  });

  it("leaves nothing behind when it refuses", async () => {
    const made = exportSavedModel(await tinyModel("v8"), { file: join(folder, "none"), imgsz: 100 });
    await expect(made).rejects.toMatchObject({ code: "ARGUMENT" });
    expect(readdirSync(folder).filter((name) => /none|partial/.test(name))).toEqual([]);
  });

  const skipped = hasTensorFlow ? "" : " (skipped: no Python with tensorflow; set LOOKONCE_TENSORFLOW_PYTHON)";
  it.skipIf(!hasTensorFlow)(`TensorFlow says what the models do${skipped}`, async () => {
    const size = { height: 64, width: 96, batch: 2 };
    const images = await checkImage(size);
    const input = join(folder, "images.bin");
    writeFileSync(input, images);
    const cases = [
      { family: "v5", dynamic: false },
      { family: "v8", dynamic: true },
    ] as const;
    for (const { family, dynamic } of cases) {
      const batch = dynamic ? 1 : size.batch;
      await exportSavedModel(await tinyModel(family), {
        file: join(folder, `tf-${family}`),
        imgsz: [64, 96],
        batch,
        dynamic,
      });
    }
    const program = `
import sys, numpy as np, tensorflow as tf
x = np.fromfile(sys.argv[1] + "/images.bin", np.float32).reshape(2, 3, 64, 96).transpose(0, 2, 3, 1)
for family in ("v5", "v8"):
    model = tf.saved_model.load(sys.argv[1] + "/tf-" + family)
    y = model.signatures["serving_default"](images=tf.constant(x))["output0"].numpy()
    y.astype(np.float32).tofile(sys.argv[1] + "/" + family + ".bin")
`;
    const { status, stderr } = spawnSync(python, ["-c", program, folder], { encoding: "utf8" });
    expect(stderr).not.toContain("Error");
    expect(status).toBe(0);
    for (const { family } of cases) {
      const model = await tinyModel(family);
      const expected = await predict(model, images, [2, 3, 64, 96]);
      const data = new Float32Array(Uint8Array.from(readFileSync(join(folder, `${family}.bin`))).buffer);
      expect(data.length).toBe(expected.data.length);
      const differences = largestDifferences({ model, expected, found: { data, shape: expected.shape } });
      expect(differences.pixels).toBeLessThan(1e-2);
      expect(differences.probability).toBeLessThan(1e-4);
    }
  });
});
