import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { Dataset } from "@lookonce/data";
import { taskOf } from "@lookonce/families";
import { modelFromCheckpoint } from "@lookonce/nn";
import { describeShared, enterTestDevice, goldenJson, sharedPath } from "@lookonce/testing";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { batchGrid } from "../report/batch-grid.ts";
import { cocoJson } from "./coco-json.ts";
import { labelFiles } from "./label-files.ts";
import { validate } from "./validator.ts";

beforeAll(async () => {
  await enterTestDevice();
});

const cases = [
  {
    name: "segment",
    written: {
      coco: { segmentation: { size: [expect.any(Number), expect.any(Number)], counts: expect.any(String) } },
      // A class, a triangle, a confidence
      minValues: 8,
    },
  },
  { name: "pose", written: { coco: { keypoints: expect.any(Array) }, minValues: 1 + 4 + 4 * 3 + 1 } },
];

describe.each(cases)("validation of the golden cases' $name model", ({ name, written }) => {
  const golden = `golden/tasks/e2e/${name}`;
  describeShared("on their images", [`${golden}/model.pt`, `${golden}/val.json`], () => {
    it("has the reference's scores and shapes of batches", async () => {
      const expected = goldenJson(`tasks/e2e/${name}/val.json`);
      const path = sharedPath(`${golden}/model.pt`);
      const model = modelFromCheckpoint(await readCheckpoint(path), path);
      const task = taskOf(model.task);
      const yaml = sharedPath(`${golden}/dataset/data.yaml`);
      const data = await Dataset.open({ yaml, split: "val", labels: task.labels });
      const shapes: number[][] = [];
      const folder = mkdtempSync(join(tmpdir(), "golden-val-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const result = await validate(model, data, {
        ...{ imgsz: 128, batch: 4, workers: 0 },
        callbacks: [
          {
            async onValBatch({ batch, found, number }) {
              shapes.push([batch.count, 3, batch.height, batch.width]);
              if (number > 0) return;
              const grids = [task, taskOf("detect")].map((drawing) =>
                batchGrid(batch, { names: data.names, found: { task: drawing, detections: found }, cell: 96 }),
              );
              const [shapesToo, boxesAlone] = await Promise.all(grids);
              expect(Buffer.compare(shapesToo?.data ?? Buffer.alloc(0), boxesAlone?.data ?? Buffer.alloc(0))).not.toBe(
                0,
              );
            },
          },
          cocoJson(join(folder, "predictions.json")),
          labelFiles(join(folder, "labels"), { conf: true }),
        ],
      });
      expect(shapes).toEqual(expected.batch_shapes);
      const { fitness, ...columns } = expected.results_dict;
      expect(Math.abs(result.fitness - fitness)).toBeLessThanOrEqual(0.02);
      for (const [column, score] of Object.entries(task.columns(result))) {
        expect(Math.abs((score as number) - columns[column]), column).toBeLessThanOrEqual(0.01);
      }
      expect(Object.keys(task.columns(result))).toEqual(Object.keys(columns));
      const [row] = JSON.parse(readFileSync(join(folder, "predictions.json"), "utf8"));
      expect(row).toMatchObject(written.coco);
      const [line = ""] = readFileSync(join(folder, "labels/000.txt"), "utf8").split("\n");
      expect(line.split(" ").length).toBeGreaterThanOrEqual(written.minValues);
      model.dispose();
    });
  });
});

const pose = "golden/tasks/e2e/pose";
describeShared("a model of poses", [`${pose}/model.pt`], () => {
  it("is not scored on another number of keypoints", async () => {
    const path = sharedPath(`${pose}/model.pt`);
    const model = modelFromCheckpoint(await readCheckpoint(path), path);
    const folder = mkdtempSync(join(tmpdir(), "three-keypoints-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const images = sharedPath(`${pose}/dataset/images/val`);
    const yaml = join(folder, "data.yaml");
    const points = "0.4 0.4 2 0.5 0.5 2 0.6 0.6 2";
    for (const kind of ["images", "labels"]) mkdirSync(join(folder, kind));
    copyFileSync(join(images, "000.png"), join(folder, "images/000.png"));
    writeFileSync(join(folder, "labels/000.txt"), `0 0.5 0.5 0.4 0.4 ${points}\n`);
    writeFileSync(
      yaml,
      `path: ${folder}\ntrain: images\nval: images\nnames: [${model.names.join()}]\nkpt_shape: [3, 3]\n`,
    );
    const data = await Dataset.open({ yaml, split: "val", labels: "keypoints" });
    await expect(validate(model, data, { imgsz: 128, workers: 0 })).rejects.toThrow(
      "the model predicts 4 keypoints (kpt_shape [4,3]) and the data set has 3",
    );
    model.dispose();
  });
});
