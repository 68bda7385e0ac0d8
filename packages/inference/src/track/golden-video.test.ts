import { readdirSync } from "node:fs";
import { readCheckpoint } from "@lookonce/checkpoint";
import { ObbResults } from "@lookonce/families";
import { modelFromCheckpoint } from "@lookonce/nn";
import { describeGolden, expectClose, goldenJson, sharedPath } from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import { Predictor, type Results, ResultsTracker } from "../index.ts";
import { useOnnxRuntime } from "../test-tiny-model.ts";

const folder = "tasks/video/obb";

/** What was tracked in a frame. */
interface Expected {
  tracked: boolean;
  /** x, y, w, h, angle, identity, confidence, class; without an identity where nothing was tracked. */
  rows: number[][];
}

describeGolden("oriented boxes in a video", [`${folder}/track.json`, "tasks/e2e/obb/model.pt"], () => {
  const { conf, iou, imgsz, frames } = goldenJson(`${folder}/track.json`);
  let results: Results[];

  beforeAll(async () => {
    await useOnnxRuntime();
    const path = sharedPath("golden/tasks/e2e/obb/model.pt");
    const model = modelFromCheckpoint(await readCheckpoint(path), path);
    const predictor = await Predictor.create({ model, imgsz, conf, iou, workers: 0 });
    const images = sharedPath(`golden/${folder}/frames`);
    results = await predictor
      .predict(
        readdirSync(images)
          .sort()
          .map((name) => `${images}/${name}`),
      )
      .toArray();
    await predictor.dispose();
  });

  it.each(Object.keys(frames).filter((name) => name === "bytetrack" || name.startsWith("botsort")))(
    "with %s",
    (name) => {
      const tracker_type = name.startsWith("botsort") ? "botsort" : "bytetrack";
      const tracker = new ResultsTracker({ settings: { tracker_type, gmc_method: "none" }, persist: true });
      const expected = frames[name] as Expected[];
      expect(results).toHaveLength(expected.length);
      for (const [i, result] of results.entries()) {
        const { boxes, entries } = tracker.track(result);
        const { tracked, rows } = expected[i] as Expected;
        const { xywhr } = entries.obb as ObbResults;
        expect(entries.obb).toBeInstanceOf(ObbResults);
        expect(boxes.ids !== undefined, `frame ${i}`).toBe(tracked);
        expect(boxes.count).toBe(rows.length);
        if (boxes.ids !== undefined) expect([...boxes.ids]).toEqual(rows.map((row) => row[5]));
        for (const [k, row] of rows.entries()) {
          const [x, y, w, h] = xywhr.subarray(5 * k, 5 * k + 4);
          const [left = 0, top = 0, right = 0, bottom = 0] = boxes.boxes.subarray(4 * k, 4 * k + 4);
          expectClose([x as number, y as number], row.slice(0, 2), { abs: 1 });
          expectClose([w as number, h as number].sort(), row.slice(2, 4).sort(), { abs: 1 });
          expectClose([(left + right) / 2, (top + bottom) / 2], row.slice(0, 2), { abs: 1 });
        }
      }
    },
  );
});
