import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportSavedModel } from "../saved-model/export-saved-model.ts";
import { slimModel, useOnnxRuntime, zooModels } from "../test-tiny-model.ts";
import { exportTfjs } from "../tfjs/export-tfjs.ts";

let folder = "";
beforeAll(async () => {
  await useOnnxRuntime();
  folder = mkdtempSync(join(tmpdir(), "lookonce-zoo-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("each shipped model", () => {
  it.each(zooModels)("%s can be said in TensorFlow's operations, for any number of images", async (name) => {
    const model = slimModel(name);
    const size = { imgsz: [model.maxStride, 2 * model.maxStride] as [number, number], dynamic: true };
    const tfjs = await exportTfjs(model, { file: join(folder, `${name}-tfjs`), ...size });
    const saved = await exportSavedModel(model, { file: join(folder, `${name}-saved`), ...size });
    for (const { differences } of [tfjs, saved]) {
      expect(differences.probability).toBeLessThan(1e-4);
      expect(differences.pixels).toBeLessThan(1e-4 * model.maxStride * 8);
    }
    model.dispose();
  });
});
