import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
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

describeShared("lookonce train, segments of coco128", ["data/coco128/segments"], () => {
  it("learns the outlines of a small YOLOv8n-seg from scratch", async () => {
    const place = join(folder, "coco128");
    mkdirSync(place);
    symlinkSync(sharedPath("data/coco128/images"), join(place, "images"));
    cpSync(sharedPath("data/coco128/segments"), join(place, "labels"), { recursive: true });
    const names = /^names:[\s\S]*/m.exec(readFileSync(sharedPath("data/coco128/coco128.yaml"), "utf8"))?.[0];
    const data = join(place, "coco128-seg.yaml");
    writeFileSync(data, `path: ${place}\ntrain: images/train2017\nval: images/train2017\n${names}`);
    const { code, stderr, json } = await lookonce(
      ...["train", "model=yolov8n-seg.yaml", `data=${data}`, `project=${join(folder, "runs/coco128")}`, "--json"],
      ...["epochs=2", "imgsz=96", "batch=16", "nbs=16", "val=never", "optimizer=AdamW", "lr0=0.002", "warmup_epochs=0"],
      ...["plots=false", "tensorboard=false"],
    );
    expect(code, stderr).toBe(0);
    const [first, second] = json<{ losses: Record<string, number>[] }>().losses as [Losses, Losses];
    for (const part of ["seg", "cls"] as const) expect(second[part]).toBeLessThan(first[part]);
  });
});

type Losses = Record<"box" | "seg" | "cls" | "dfl", number>;
