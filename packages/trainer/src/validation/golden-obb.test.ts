import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { Dataset } from "@lookonce/data";
import { probiouMatrix, type RotatedDetections } from "@lookonce/geometry";
import { modelFromCheckpoint } from "@lookonce/nn";
import { describeGolden, enterTestDevice, expectClose, goldenJson, goldenTensors, sharedPath } from "@lookonce/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dotaText } from "./dota-text.ts";
import { validate } from "./validator.ts";

const folder = "tasks/e2e/obb";
const place = mkdtempSync(join(tmpdir(), "golden-obb-"));
afterAll(() => rmSync(place, { recursive: true }));

describeGolden("validation of oriented boxes by YOLOv8", [`${folder}/val.json`, `${folder}/val.safetensors`], () => {
  beforeAll(async () => void (await enterTestDevice()));

  it("has the same detections, batches and scores", async () => {
    const expected = goldenJson(`${folder}/val.json`);
    const tensors = goldenTensors(`${folder}/val.safetensors`);
    const path = sharedPath(`golden/${folder}/model.pt`);
    const model = modelFromCheckpoint(await readCheckpoint(path), path);
    const yaml = sharedPath(`golden/${folder}/dataset/data.yaml`);
    const dataset = await Dataset.open({ yaml, split: "val", labels: "rotated" });
    const found = new Map<string, RotatedDetections>();
    const shapes: number[][] = [];
    const { imgsz, batch } = expected.settings;
    const result = await validate(model, dataset, {
      ...{ imgsz, batch, workers: 0 },
      callbacks: [
        dotaText(place),
        {
          onValBatch({ batch: { count, height, width, samples }, inFiles }) {
            shapes.push([count, 3, height, width]);
            samples.forEach(({ path: file }, i) => {
              found.set(file.replace(/^.*[\\/]/, ""), inFiles[i] as RotatedDetections);
            });
          },
        },
      ],
    });
    expect(shapes).toEqual(expected.batch_shapes);

    // DOTA's text has a file for each class, and a line of ten columns for each box
    expect(readdirSync(place).sort()).toEqual(dataset.names.map((name) => `Task1_${name}.txt`).sort());
    const lines = readdirSync(place).flatMap((file) => readFileSync(join(place, file), "utf8").trimEnd().split("\n"));
    expect(lines).toHaveLength([...found.values()].reduce((sum, { count }) => sum + count, 0));
    expect(lines.every((line) => /^\d{3} [01]\.\d{5}( -?\d+\.\d){8}$/.test(line))).toBe(true);

    // Every row of the reference that is not near the threshold has a partner
    const rows = Array.from(tensors.rows!.data);
    // vocabulary-allow: picture, pictures (keys of the golden files)
    const [owners, names] = [tensors.picture!.data, expected.pictures_in_order as string[]];
    let missing = 0;
    owners.forEach((owner, k) => {
      const row = rows.slice(7 * k, 7 * k + 7);
      const { rotated, scores, classes } = found.get(names[owner] as string) as RotatedDetections;
      const [box, score = 0, label] = [row.slice(0, 5), row[5], row[6]];
      const overlaps = probiouMatrix(rotated, box);
      const isThere = overlaps.some(
        (overlap, i) => overlap > 0.98 && classes[i] === label && Math.abs((scores[i] as number) - score) < 0.01,
      );
      if (!isThere && score > 0.02) missing++;
    });
    expect(missing).toBe(0);
    const count = [...found.values()].reduce((sum, one) => sum + one.count, 0);
    expect(Math.abs(count - owners.length)).toBeLessThanOrEqual(3);

    const { box } = expected;
    const { map50, map75, map50_95, precision, recall, fitness, perClass, confusion } = result;
    expectClose([map50, map50_95, map75, fitness], [box.map50, box.map, box.map75, expected.fitness], { abs: 0.01 });
    expectClose([precision, recall], [box.mp, box.mr], { abs: 0.01 });
    expect(perClass.map(({ instances }) => instances)).toEqual(expected.labels_per_class);
    const counts = [0, 1, 2, 3].map((row) => [0, 1, 2, 3].map((column) => confusion.at(row, column)));
    expect(counts).toEqual(expected.confusion_matrix);
    expect(result.table[0]).toMatchObject({ name: "all", images: 16, instances: 52 });
    model.dispose();
  });
});
