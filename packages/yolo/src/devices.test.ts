import { join } from "node:path";
import { askedTestDevice } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { drawShapes } from "./data/prepare-data.ts";
import { temporaryFolder, writeTinyModel } from "./test-model.ts";
import { YOLO } from "./yolo.ts";

/** Asked for by `LOOKONCE_TEST_DEVICE`; all other tests of the façade run on the processor. */
describe.runIf(askedTestDevice !== undefined && askedTestDevice !== "cpu")(`YOLO on ${askedTestDevice}`, () => {
  const device = askedTestDevice as "tensorflow";
  const folder = temporaryFolder();

  it("trains, validates as the cpu does, and exports", async () => {
    const { yaml: file } = await drawShapes({ output: join(folder, "shapes"), train: 8, val: 4, size: 64, seed: 1 });
    const model = await YOLO.load(writeTinyModel(folder), { device });
    const run = { project: folder, name: "run", plots: false, tensorboard: false, workers: 0 };
    const report = await model.train({ data: file, epochs: 2, imgsz: 64, batch: 4, ...run });
    const there = await model.val({ data: file, imgsz: 64, batch: 4, workers: 0 });
    await model.export({ imgsz: 64, file: join(folder, "out.onnx") });
    await model.dispose();
    const here = await YOLO.load(report.best);
    const expected = await here.val({ data: file, imgsz: 64, batch: 4, workers: 0 });
    await here.dispose();
    for (const key of ["precision", "recall", "map50", "map50_95"] as const) {
      expect(there[key]).toBeCloseTo(expected[key], 3);
    }
  });
});
