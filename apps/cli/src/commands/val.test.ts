import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateShapes } from "@lookonce/data";
import { tinyModelYaml } from "@lookonce/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();
const shapes = join(folder, "shapes");
const model = join(folder, "tiny.yaml");

beforeAll(async () => {
  await generateShapes({ directory: shapes, train: 1, val: 5, size: 64 });
  writeFileSync(model, tinyModelYaml({ nc: 5 }));
});

/** Low enough a confidence for boxes of random weights. */
const val = (...more: string[]): ReturnType<typeof lookonce> =>
  lookonce(
    ...["val", `model=${model}`, `data=${join(shapes, "shapes.yaml")}`, "imgsz=64", "batch=2", "workers=0", "conf=0"],
    ...[`project=${join(folder, "runs")}`, ...more],
  );

describe("lookonce val", () => {
  it("prints a table of classes, and saves plots, COCO's detections and label files where it says", async () => {
    const { code, stdout, stderr } = await val("save_json=true", "save_txt=true", "save_conf=true");
    expect(code, stderr).toBe(0);
    const [header, all, ...rest] = stdout.trimEnd().split("\n");
    expect(header?.split(/\s+/)).toEqual(["class", "images", "instances", "P", "R", "mAP50", "mAP50-95"]);
    expect(all).toMatch(/^all +5 +\d+( +\d\.\d{3}){4}$/);
    const directory = join(folder, "runs/val");
    expect(rest.at(-1)).toBe(`saved in ${directory}`);
    expect(stderr).toMatch(/each image: preprocess [\d.]+ ms, inference [\d.]+ ms, postprocess [\d.]+ ms/);

    const curves = ["F1", "P", "PR", "R"].map((curve) => `Box${curve}_curve.png`);
    const batches = [0, 1, 2].flatMap((i) => [`val_batch${i}_labels.jpg`, `val_batch${i}_pred.jpg`]);
    const matrices = ["confusion_matrix.png", "confusion_matrix_normalized.png"];
    const files = [...curves, ...matrices, "labels", "predictions.json", ...batches];
    expect(readdirSync(directory).sort()).toEqual(files.sort());
    for (const file of files) expect(statSync(join(directory, file)).size).toBeGreaterThan(100);

    const found = JSON.parse(readFileSync(join(directory, "predictions.json"), "utf8"));
    expect(new Set(found.map(({ image_id }: { image_id: number }) => image_id))).toEqual(new Set([0, 1, 2, 3, 4]));
    for (const { category_id, bbox, score } of found) {
      expect([category_id >= 0 && category_id < 5, bbox.length, score > 0 && score <= 1]).toEqual([true, 4, true]);
    }
    const lines = readdirSync(join(directory, "labels")).flatMap((file) =>
      readFileSync(join(directory, "labels", file), "utf8")
        .trimEnd()
        .split("\n"),
    );
    expect(lines).toHaveLength(found.length);
    for (const line of lines) expect(line).toMatch(/^[0-4]( \d[\d.e-]*){5}$/);
  });

  it("writes nothing where nothing is asked for", async () => {
    const { code, json } = await val("plots=false", "name=quiet", "--json");
    expect(code).toBe(0);
    expect(json<{ dir: null }>().dir).toBe(null);
    expect(existsSync(join(folder, "runs/quiet"))).toBe(false);
  });

  it.each([
    [["save_conf=true"], /add saveTxt/],
    [["coco_ids=true"], /add saveJson/],
    [["coco_ids=true", "save_json=true"], /COCO's 80 classes; this one has 5/],
  ])("refuses %j", async (settings, message) => {
    const { code, stderr } = await val(...settings, "name=refused");
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(existsSync(join(folder, "runs/refused"))).toBe(false);
  });
});
