import { readCheckpoint } from "@lookonce/checkpoint";
import { Dataset } from "@lookonce/data";
import { type DetectionModel, modelFromCheckpoint } from "@lookonce/nn";
import { describeGolden, enterTestDevice, expectClose, goldenJson, goldenTensors, sharedPath } from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import { validate } from "./validator.ts";

const folder = "families/e2e";

describeGolden("validation of YOLO26, trained by the reference", [`${folder}/val_end_to_end.json`], () => {
  let model: DetectionModel;
  beforeAll(async () => {
    await enterTestDevice();
    model = modelFromCheckpoint(await readCheckpoint(sharedPath(`golden/${folder}/model.pt`)), "model.pt");
  });

  it.each([
    { name: "val_default", nms: true },
    { name: "val_end_to_end", nms: false },
  ])("$name", async ({ name, nms }) => {
    const golden = goldenJson(`${folder}/${name}.json`);
    const data = await Dataset.open({ yaml: sharedPath(`golden/${folder}/dataset/data.yaml`), split: "val" });
    const shapes: number[][] = [];
    let detections = 0;
    const result = await validate(model, data, {
      ...{ imgsz: 160, batch: 4, workers: 0, nms },
      callbacks: [
        {
          async onValBatch({ batch, found }) {
            shapes.push([batch.count, 3, batch.height, batch.width]);
            detections += found.reduce((sum, { count }) => sum + count, 0);
          },
        },
      ],
    });
    expect(shapes).toEqual(golden.batch_shapes);
    const { map50, map75, map50_95: map } = golden;
    expectClose([result.map50, result.map75, result.map50_95, result.fitness], [map50, map75, map, golden.fitness], {
      abs: 0.005,
    });
    // Those within rounding of the lowest confidence may come or go
    const rows = (goldenTensors(`${folder}/${name}.safetensors`).rows?.shape[0] ?? 0) as number;
    expect(Math.abs(detections - rows)).toBeLessThanOrEqual(0.02 * rows);
  });
});
