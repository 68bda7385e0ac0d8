import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateShapes } from "@lookonce/data";
import { tinyModelYaml } from "@lookonce/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();
const project = join(folder, "runs");
const shapes = join(folder, "shapes");
const model = join(folder, "tiny-v8.yaml");

beforeAll(async () => {
  await generateShapes({ directory: shapes, train: 4, val: 2, size: 64 });
  writeFileSync(model, tinyModelYaml());
});

const trainOn = (data: string, ...more: string[]): ReturnType<typeof lookonce> =>
  lookonce(
    ...["train", `model=${model}`, `data=${data}`, "epochs=2", "imgsz=64", "batch=4", `project=${project}`],
    ...["plots=false", ...more],
  );

/** A copy of the shapes to spoil. */
function spoilt(name: string): string {
  const copy = join(folder, name);
  cpSync(shapes, copy, { recursive: true });
  return copy;
}

describe("lookonce train", () => {
  it("trains, saves, and prints exactly the promised keys; val and predict read what it saved", async () => {
    const { code, stdout, stderr, json } = await trainOn(join(shapes, "shapes.yaml"), "plots=true", "--json");
    expect(code, stderr).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    const result = json<{ dir: string; epochs: number; losses: Record<string, number>[]; map50: number }>();
    expect(Object.keys(result)).toEqual(["dir", "epochs", "seconds", "losses", "map50", "map50_95"]);
    expect(result).toMatchObject({ dir: join(project, "train"), epochs: 2 });
    expect(result.losses).toHaveLength(2);
    for (const losses of result.losses) expect(Object.values(losses).every(Number.isFinite)).toBe(true);

    // What several ranks need is not loaded for one
    const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
    expect(sharedObjects.filter((file) => /koffi|libmpi/.test(file))).toEqual([]);
    expect(sharedObjects.some((file) => file.includes("onnxruntime"))).toBe(true);

    const files = readdirSync(join(project, "train"));
    for (const file of ["labels.png", "results.png", "train_batch0.jpg", "val_batch0_pred.jpg", "BoxPR_curve.png"]) {
      expect(files).toContain(file);
    }
    expect(files.filter((file) => file.startsWith("events.out.tfevents."))).toHaveLength(1);

    const weights = `model=${join(project, "train/weights/best.safetensors")}`;
    const valArguments = [weights, `data=${join(shapes, "shapes.yaml")}`, "imgsz=64", "plots=false"];
    const validated = await lookonce("val", ...valArguments, "--json");
    expect(validated.code, validated.stderr).toBe(0);
    const scores = validated.json<{ images: number; instances: number; map50: number; speed: object }>();
    const keys = [
      "images",
      "instances",
      "precision",
      "recall",
      "map50",
      "map75",
      "map50_95",
      "perClass",
      "speed",
      "dir",
    ];
    expect(Object.keys(scores)).toEqual(keys);
    expect(scores.images).toBe(2);
    expect(scores.map50).toBeCloseTo(result.map50, 5);

    const source = `source=${join(shapes, "images/val/00000.jpg")}`;
    expect(await lookonce("predict", weights, source, "imgsz=64", "save=false")).toMatchObject({ code: 0 });
  });

  it("stops at a data set whose folder is missing, with nothing written", async () => {
    const copy = spoilt("missing");
    rmSync(join(copy, "images/val"), { recursive: true });
    const { code, stderr } = await trainOn(join(copy, "shapes.yaml"), "name=missing");
    expect(code).toBe(1);
    expect(stderr).toContain(join(copy, "images/val"));
    expect(existsSync(join(project, "missing"))).toBe(false);
  });

  it("counts and skips a label of a class that does not exist and an image that is none", async () => {
    const copy = spoilt("odd");
    const label = join(copy, "labels/train/00000.txt");
    const rows = readFileSync(label, "utf8").trimEnd().split("\n").length;
    appendFileSync(label, "5 0.5 0.5 0.2 0.2\n");
    writeFileSync(join(copy, "images/train/00001.jpg"), "no image");
    const { code, stderr } = await trainOn(join(copy, "shapes.yaml"), "name=odd", "epochs=1");
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/train: 3 images with \d+ objects; 0 are background, 2 have faults/);
    expect(stderr).toMatch(new RegExp(`left out: .*00000\\.txt, line ${rows + 1}: .*5`));
    expect(stderr).toMatch(/left out: .*00001\.jpg/);
  });

  it("goes on where a tracking server of MLflow does not answer, which it notes once", async () => {
    // Port 9 discards what it gets, and nobody listens there
    const dead = ["name=logged", "epochs=1", "mlflow=http://127.0.0.1:9"];
    const { code, stderr } = await trainOn(join(shapes, "shapes.yaml"), ...dead);
    expect(code).toBe(0);
    expect(stderr.match(/MLflow: http:\/\/127\.0\.0\.1:9 does not answer/g)).toHaveLength(1);
    const unset = await trainOn(join(shapes, "shapes.yaml"), "mlflow=true");
    expect([unset.code, unset.stderr]).toEqual([1, expect.stringContaining("mlflow needs the address")]);
  });

  it("leaves no folder behind when a setting is wrong", async () => {
    const { code, stderr } = await lookonce(
      ...["train", `model=${model}`, `data=${join(shapes, "shapes.yaml")}`, "imgsz=64", `project=${project}`],
      ...["name=frozen", "freeze=0,99"],
    );
    expect(code).toBe(1);
    expect(stderr).toContain("no layer 99");
    expect(readdirSync(project)).not.toContain("frozen");
  });

  it("says what it needs, and which recipe a key belongs to", async () => {
    const nothing = await lookonce("train", "model=yolov8n.yaml");
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining("train needs data=file.yaml")]);
    const typo = await lookonce("train", "model=yolov8n.yaml", "mosiac=1");
    expect([typo.code, typo.stderr]).toEqual([2, expect.stringContaining("mosaic")]);
    const other = await lookonce("train", `model=${model}`, `data=${join(shapes, "shapes.yaml")}`, "imgsz=64", "obj=2");
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("It is one of YOLOv5")]);
    const over = await lookonce("train", `resume=${join(project, "exp", "nothing.safetensors")}`);
    expect([over.code, over.stderr]).toEqual([1, expect.stringContaining("there is no model")]);
  });

  it("refuses to validate a model on a data set with other classes", async () => {
    const { code, stderr } = await lookonce("val", `model=${model}`, `data=${join(shapes, "shapes.yaml")}`, "imgsz=64");
    expect(code).toBe(1);
    expect(stderr).toMatch(/5 classes.*3/);
  });
});
