import { readCheckpoint } from "@lookonce/checkpoint";
import { Dataset } from "@lookonce/data";
import type { ClassificationScores, Classified } from "@lookonce/families";
import { modelFromCheckpoint } from "@lookonce/nn";
import { describeGolden, enterTestDevice, expectClose, goldenJson, goldenTensors, sharedPath } from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import { validate } from "./validator.ts";

const folder = "tasks/e2e/classify";

describeGolden("validation of classes by YOLO11", [`${folder}/val.json`, `${folder}/val.safetensors`], () => {
  beforeAll(async () => void (await enterTestDevice()));

  it("has the same probabilities and scores", async () => {
    const expected = goldenJson(`${folder}/val.json`);
    const { probabilities, targets } = goldenTensors(`${folder}/val.safetensors`);
    const path = sharedPath(`golden/${folder}/model.pt`);
    const model = modelFromCheckpoint(await readCheckpoint(path), path);
    const yaml = sharedPath(`golden/${folder}/dataset`);
    const dataset = await Dataset.open({ yaml, split: "val", labels: "folders" });
    const found: { probs: Float32Array; label: number }[] = [];
    const { imgsz, batch } = expected.settings;
    const result = await validate(model, dataset, {
      ...{ imgsz, batch, workers: 0 },
      callbacks: [
        {
          onValBatch({ batch: { height, width, samples }, inFiles }) {
            expect([height, width]).toEqual([imgsz, imgsz]);
            samples.forEach(({ classes }, i) => {
              found.push({ probs: (inFiles[i] as Classified).probs, label: classes[0] as number });
            });
          },
        },
      ],
    });

    // The reference's rows are in the order of its loader, which shuffles
    const nc = dataset.names.length;
    expect(found).toHaveLength(targets!.data.length);
    for (const [i, target] of targets!.data.entries()) {
      const row = probabilities!.data.slice(nc * i, nc * (i + 1));
      const apart = found.map(({ probs, label }) =>
        label === target ? Math.max(...probs.map((value, k) => Math.abs(value - (row[k] as number)))) : 1,
      );
      const at = apart.indexOf(Math.min(...apart));
      expect(apart[at], `row ${i}, of class ${target}`).toBeLessThan(0.01);
      found.splice(at, 1);
    }

    const scores = result as object as ClassificationScores;
    expectClose([scores.top1, scores.top5, scores.fitness], [expected.top1, expected.top5, expected.fitness], {
      abs: 0.01,
    });
    const size = nc + 1;
    const counts = Array.from({ length: size }, (_, row) =>
      Array.from({ length: size }, (_, column) => scores.confusion.at(row, column)),
    );
    expect(counts).toEqual(expected.confusion_matrix);
    expect(result.table[0]).toMatchObject({
      name: "all",
      images: 42,
      scores: { top1: scores.top1, top5: scores.top5 },
    });
    model.dispose();
  });
});
