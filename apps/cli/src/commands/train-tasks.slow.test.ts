import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeShared, goldenJson, sharedPath } from "@lookonce/testing";
import { expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();

/** A column of `results.csv` that the model's training by the reference reached, and at least that after three more epochs. */
const tasks: [task: string, column: string, least: number, imgsz: number][] = [
  ["segment", "metrics/mAP50(M)", 0.8, 128],
  ["pose", "metrics/mAP50(P)", 0.8, 128],
  ["obb", "metrics/mAP50(B)", 0.8, 128],
  ["classify", "metrics/accuracy_top1", 0.7, 64],
];

for (const [task, column, least, imgsz] of tasks) {
  const e2e = `golden/tasks/e2e/${task}`;
  describeShared(`lookonce train, ${task}`, [`${e2e}/model.pt`], () => {
    it("trains on the reference's data set from its model, with its columns, and validates what it saved", async () => {
      const dataset = join(folder, task);
      cpSync(sharedPath(`${e2e}/dataset`), dataset, { recursive: true });
      const yaml = join(dataset, "data.yaml");
      const data = existsSync(yaml) ? yaml : dataset;
      const common = [`data=${data}`, `imgsz=${imgsz}`, `project=${join(folder, "runs", task)}`];
      const settings = ["epochs=3", "batch=8", "lr0=0.0005", "optimizer=AdamW", "warmup_epochs=0", "mosaic=0"];
      const trained = await lookonce(
        "train",
        `model=${sharedPath(`${e2e}/model.pt`)}`,
        ...common,
        ...settings,
        "--json",
      );
      expect(trained.code, trained.stderr).toBe(0);
      const { dir } = trained.json<{ dir: string }>();
      const [header, ...rows] = readFileSync(join(dir, "results.csv"), "utf8")
        .trim()
        .split("\n")
        .map((line) => line.split(","));
      expect(header).toEqual(goldenJson(`tasks/e2e/${task}/settings.json`).results_csv_header);
      expect(rows).toHaveLength(3);
      const last = Object.fromEntries(header!.map((name, i) => [name, Number(rows.at(-1)![i])]));
      expect(Object.values(last).every(Number.isFinite)).toBe(true);
      expect(last[column]).toBeGreaterThan(least);
      const weights = join(dir, "weights/best.safetensors");
      const validated = await lookonce("val", `model=${weights}`, ...common, "--json");
      expect(validated.code, validated.stderr).toBe(0);
    });
  });
}
