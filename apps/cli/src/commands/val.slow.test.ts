import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describeShared, expectClose, goldenJson, sharedPath } from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import { lookonce, temporaryFolder } from "../test-run.ts";

const folder = temporaryFolder();

/** A copy of the images, since what checking them finds is kept beside their labels. */
beforeAll(() => {
  if (!existsSync(sharedPath("data/coco128"))) return;
  cpSync(sharedPath("data/coco128"), join(folder, "coco128"), {
    recursive: true,
    filter: (path) => !path.includes("train2017"),
  });
});

interface Scores {
  images: number;
  instances: number;
  map50: number;
  map50_95: number;
  dir: string;
}

async function val(weights: string): Promise<Scores> {
  const { code, stderr, json } = await lookonce(
    ...["val", `model=${sharedPath(`weights/${weights}`)}`, `data=${join(folder, "coco128/coco128.yaml")}`],
    ...["imgsz=640", "batch=8", `project=${folder}`, "--json"],
  );
  expect(code, stderr).toBe(0);
  return json<Scores>();
}

describeShared("lookonce val on COCO's images", ["golden", "weights", "data/coco128"], () => {
  it("measures YOLOv8n's mAP50 and mAP50-95", async () => {
    const golden = goldenJson("v8/val/metrics.json");
    const { images, instances, map50, map50_95, dir } = await val("yolov8n.pt");
    // vocabulary-allow: pictures, a key of the golden file
    expect([images, instances, dir]).toEqual([golden.pictures, golden.labels, join(folder, "val")]);
    expectClose([map50, map50_95], [golden.map50, golden.map50_95], { abs: 0.003 });
  });

  it("measures YOLOv5n's mAP50 and mAP50-95", async () => {
    const golden = goldenJson("v5/val/val.json");
    const { instances, map50, map50_95 } = await val("yolov5n.pt");
    expect(instances).toBe(golden.instances);
    expectClose([map50, map50_95], [golden.map50, golden.map50_95], { abs: 0.003 });
  });
});
