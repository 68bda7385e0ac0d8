import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeGolden, expectClose, goldenJson, sharedPath } from "@lookonce/testing";
import { afterAll, expect, it } from "vitest";
import { YOLO } from "./yolo.ts";

const folder = mkdtempSync(join(tmpdir(), "golden-tasks-"));
afterAll(() => rmSync(folder, { recursive: true }));

const golden = (path: string): string => sharedPath(`golden/tasks/e2e/${path}`);

describeGolden("oriented boxes", ["tasks/e2e/obb/model.pt"], () => {
  it("are predicted from a checkpoint alone, written with four corners, and not cut out", async () => {
    const notes: string[] = [];
    const model = await YOLO.load(golden("obb/model.pt"), { log: (line) => notes.push(line) });
    expect(await model.task()).toBe("obb");
    // The file says that it was trained at 128 pixels
    const options = { saveTxt: true, saveCrop: true, saveJson: true, project: folder, name: "obb" };
    const [result] = await model.predict(golden("obb/dataset/images/val/000.png"), { ...options, augment: true });
    await model.dispose();
    expect(result?.inputSize.width).toBeLessThanOrEqual(128);
    expect(result?.obb?.count).toBe(5);
    expect(notes.filter((line) => /save_crop|augment/.test(line))).toHaveLength(2);
    const lines = readFileSync(join(folder, "obb/labels/000.txt"), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => line.split(" ").length)).toEqual([9, 9, 9, 9, 9]);
    expect(existsSync(join(folder, "obb/crops"))).toBe(false);
    const [row] = JSON.parse(readFileSync(join(folder, "obb/predictions.json"), "utf8"));
    expect(Object.keys(row)).toEqual(["image_id", "category_id", "score", "rbox", "poly"]);
  });
});

describeGolden("classification", ["tasks/e2e/classify/model.pt"], () => {
  it("is scored on a folder of classes, and has nothing to track", async () => {
    const data = join(folder, "classes");
    cpSync(golden("classify/dataset/val"), join(data, "val"), { recursive: true });
    cpSync(golden("classify/dataset/val"), join(data, "train"), { recursive: true });
    const model = await YOLO.load(golden("classify/model.pt"));
    const { task, table } = await model.val({ data, batch: 8, workers: 0 });
    const { top1, top5 } = goldenJson("tasks/e2e/classify/val.json");
    expect([task, table.length]).toEqual(["classify", 8]);
    expectClose([table[0].scores.top1 ?? 0, table[0].scores.top5 ?? 0], [top1, top5], { abs: 0.01 });
    await expect(model.track(join(data, "val/star/000.png"), { imgsz: 64 })).rejects.toThrow("no objects to track");
    await model.dispose();
  });
});
