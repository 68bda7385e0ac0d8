import { describe, expect, it } from "vitest";
import { addClass } from "../project/edit-classes.ts";
import { addBox, addImages } from "../project/edit-images.ts";
import { emptyProject, newImage, type Project } from "../project/project.ts";
import { MemoryFolder } from "../storage/test-memory-folder.ts";
import { listModels, modelFile, storeModel } from "./models.ts";
import { bestScore, freeRunName, readRuns, removeRun, writeNote } from "./runs.ts";
import { defaultSettings, recipeOf } from "./train-settings.ts";

/** So many labeled images of 640 × 480 pixels. */
function project(count: number): Project {
  const named = addClass(emptyProject, "cat");
  const images = Array.from({ length: count }, (_, i) => newImage({ name: `${i}.jpg`, width: 640, height: 480 }));
  const box = { classId: named.id, x1: 0.1, y1: 0.1, x2: 0.5, y2: 0.5 };
  return images.reduce((before, { name }) => addBox(before, name, box).project, addImages(named.project, images));
}

describe("the settings of a training", () => {
  it("suit the data set: fewer epochs of more images, and a smaller rate for trained weights", () => {
    const few = defaultSettings(project(10), "yolov8t.yaml");
    const many = defaultSettings(project(400), "yolov8t.yaml");
    const weights = defaultSettings(project(400), "models/yolov8n.pt");
    expect(few).toMatchObject({ imgsz: 320, batch: 8, epochs: 200 });
    expect(many.epochs).toBe(15);
    expect(weights.epochs).toBeLessThan(many.epochs);
    expect(weights.lr0).toBeLessThan(many.lr0);
  });

  it("step after each batch, and change images as chosen", () => {
    const settings = { ...defaultSettings(project(10), "yolov8t.yaml"), batch: 4 };
    expect(recipeOf({ ...settings, augmentation: "light" })).toMatchObject({ nbs: 4, mosaic: 0 });
    expect(recipeOf({ ...settings, augmentation: "light" })).not.toHaveProperty("fliplr");
    expect(recipeOf({ ...settings, augmentation: "none" })).toMatchObject({ mosaic: 0, fliplr: 0, hsv_h: 0 });
  });
});

describe("trainings in the storage", () => {
  async function withRuns(): Promise<MemoryFolder> {
    const folder = new MemoryFolder();
    const settings = defaultSettings(project(10), "yolov8t.yaml");
    for (const name of ["train2", "train10"]) {
      await writeNote(folder, name, { settings, state: "stopped", started: "2026-01-01T10:00:00Z" });
    }
    const table = "epoch,train/box_loss,metrics/mAP50(B)\n1,2.5,0.25\n2,1.5,0.5\n3,1.25,\n";
    await folder.write("runs/train10/results.csv", table);
    await folder.write("runs/train10/weights/last.safetensors", "last");
    await folder.write("runs/train10/weights/best.safetensors", "best");
    return folder;
  }

  it("are read from their own files, the newest first", async () => {
    const folder = await withRuns();
    const [newest, before] = await readRuns(folder);
    expect(newest).toMatchObject({ name: "train10", title: "Training 10", state: "stopped", isResumable: true });
    expect(newest?.results.rows).toEqual([[1, 2.5, 0.25], [2, 1.5, 0.5], [3, 1.25, null]]); // biome-ignore format: one line
    expect(newest && bestScore(newest)).toBe(0.5);
    expect(before).toMatchObject({ name: "train2", isResumable: false, results: { rows: [] } });
    expect(before).not.toHaveProperty("best");
    expect(freeRunName(await readRuns(folder))).toBe("train11");
    await removeRun(folder, "train10");
    expect((await readRuns(folder)).map(({ name }) => name)).toEqual(["train2"]);
  });

  it("are models, as dropped files are", async () => {
    const folder = await withRuns();
    await storeModel(folder, new File(["weights"], "yolov8n.pt"));
    await storeModel(folder, new File(["graph"], "a/b:c.onnx"));
    const models = await listModels(folder, await readRuns(folder));
    expect(models).toMatchObject([
      { title: "Training 10", score: 0.5, isTrainable: true, path: "runs/train10/weights/best.safetensors" },
      { title: "a-b-c.onnx", isTrainable: false },
      { title: "yolov8n.pt", isTrainable: true },
    ]);
    const file = await modelFile(folder, models[2] as (typeof models)[number]);
    expect([file.name, await file.text()]).toEqual(["yolov8n.pt", "weights"]);
    await folder.remove("models/yolov8n.pt");
    await expect(modelFile(folder, models[2] as (typeof models)[number])).rejects.toThrow(
      "yolov8n.pt is not in the browser's storage any more.",
    );
  });
});
