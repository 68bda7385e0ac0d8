import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { modelFromCheckpoint } from "@lookonce/nn";
import { describeShared, goldenJson, sharedPath } from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import { Predictor, type Results } from "../index.ts";
import { useOnnxRuntime } from "../test-tiny-model.ts";
import { ResultsTracker } from "./results-tracker.ts";

/** A frame of the case, whose objects are all tracked. */
interface GoldenFrame {
  /** Left, top, right, bottom, identity, confidence, class. */
  rows: number[][];
}

beforeAll(useOnnxRuntime);

const files = ["golden/tasks/video/segment/track.json", "golden/tasks/e2e/segment/model.pt"];

describeShared("a video tracked with the segmentation model of the golden cases", files, () => {
  it("has the reference's identities and boxes, and each object its own mask", async () => {
    const golden = goldenJson("tasks/video/segment/track.json");
    const path = sharedPath("golden/tasks/e2e/segment/model.pt");
    const model = modelFromCheckpoint(await readCheckpoint(path), path);
    const predictor = await Predictor.create({ model, ownModel: true, imgsz: golden.imgsz, workers: 0 });
    const folder = sharedPath("golden/tasks/video/segment/frames");
    const detected: Results[] = [];
    for (const name of readdirSync(folder).sort()) {
      detected.push(await predictor.detect(join(folder, name), { conf: golden.conf, iou: golden.iou }));
    }
    await predictor.dispose();
    for (const [tracker, frames] of Object.entries(golden.frames)) {
      const type = tracker.startsWith("botsort") ? "botsort" : "bytetrack";
      const tracking = new ResultsTracker({
        settings: { tracker_type: type, ...(type === "botsort" ? { gmc_method: "none" } : {}) },
        persist: true,
      });
      (frames as GoldenFrame[]).forEach(({ rows }, i) => {
        const { boxes, masks } = tracking.track(detected[i] as Results);
        expect([...(boxes.ids ?? [])], `${tracker} ${i}`).toEqual(rows.map((row) => row[4]));
        rows.forEach((row, k) => {
          const box = boxes.boxes.subarray(4 * k, 4 * k + 4);
          for (let side = 0; side < 4; side++)
            expect(Math.abs((box[side] as number) - (row[side] as number))).toBeLessThan(1);
          // The detection's mask, which the box of the filter follows
          const outline = masks?.xy[k] ?? new Float32Array(0);
          expect(outline.length).toBeGreaterThan(8);
          outline.forEach((value, at) => {
            const [low, high] = [box[at % 2] as number, box[(at % 2) + 2] as number];
            expect(value > low - 10 && value < high + 10, `${tracker} ${i} ${k}: ${value}`).toBe(true);
          });
        });
      });
    }
  });
});
