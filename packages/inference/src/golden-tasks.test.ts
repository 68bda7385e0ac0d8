import { readCheckpoint } from "@lookonce/checkpoint";
import { bitmapOfRuns, maskIouMatrix, masksOfBitmaps, pickMasks } from "@lookonce/geometry";
import { modelFromCheckpoint } from "@lookonce/nn";
import { describeShared, expectClose, goldenJson, sharedPath } from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import { Predictor, type Results } from "./index.ts";
import { useOnnxRuntime } from "./test-tiny-model.ts";

const threshold = 0.25;

/** An image of a case: rows of left, top, right, bottom, confidence, class, and what else the case says of it. */
interface Expected {
  file: string;
  run: string;
  height_width: [number, number];
  rows_xyxy_conf_cls: [number, number, number, number, number, number][];
  text_lines?: string[];
  masks?: { height_width: [number, number]; runs: number[][] };
  keypoints?: number[][][];
}

beforeAll(useOnnxRuntime);

/** Runs a case's model on its images and calls back with each result and what is expected of it. */
async function eachImage(task: string, check: (found: Results, expected: Expected) => void): Promise<void> {
  const path = sharedPath(`golden/tasks/e2e/${task}/model.pt`);
  const model = modelFromCheckpoint(await readCheckpoint(path), path);
  expect(model.task).toBe(task);
  const predictor = await Predictor.create({ model, ownModel: true, imgsz: 128, workers: 0 });
  const { pictures: images } = goldenJson(`tasks/e2e/${task}/predict.json`); // vocabulary-allow: pictures
  for (const expected of images as Expected[]) {
    const file = sharedPath(`golden/tasks/e2e/${task}/dataset/${expected.file}`);
    check(await predictor.detect(file, { retinaMasks: expected.run === "retina" }), expected);
  }
  await predictor.dispose();
}

/** For each row expected its detection; rows near the threshold may be missing, detections near it too many. */
function pairsOf({ boxes }: Results, { file, rows_xyxy_conf_cls: rows }: Expected): [detection: number, row: number][] {
  const left = new Set(boxes.scores.keys());
  const pairs: [number, number][] = [];
  rows.forEach(([x1, y1, x2, y2, score, label], row) => {
    const near = [...left].find((i) => {
      const box = boxes.boxes.subarray(4 * i, 4 * i + 4);
      const isThere = [x1, y1, x2, y2].every((side, k) => Math.abs((box[k] as number) - side) <= 0.5);
      return isThere && boxes.classes[i] === label && Math.abs((boxes.scores[i] as number) - score) <= 0.01;
    });
    if (near === undefined) expect(score, `${file}: row ${row} has no detection`).toBeLessThan(threshold + 0.01);
    else {
      left.delete(near);
      pairs.push([near, row]);
    }
  });
  for (const i of left) expect(boxes.scores[i], `${file}: detection ${i} too many`).toBeLessThan(threshold + 0.01);
  return pairs;
}

describeShared("the segmentation model of the golden cases", ["golden/tasks/e2e/segment/model.pt"], () => {
  it("finds the masks of the reference, with retina_masks and without", async () => {
    let compared = 0;
    await eachImage("segment", (found, expected) => {
      const pairs = pairsOf(found, expected);
      const { masks } = expected;
      const ours = found.masks?.masks;
      if (masks === undefined || ours === undefined) return expect(pairs).toEqual([]);
      const [height, width] = masks.height_width;
      expect([ours.height, ours.width]).toEqual([height, width]);
      for (const [detection, row] of pairs) {
        const bitmap = bitmapOfRuns({ width, height }, masks.runs[row] as number[]);
        const theirs = masksOfBitmaps(bitmap, { width, height });
        const area = bitmap.reduce((sum, value) => sum + value, 0);
        const [iou = 0] = maskIouMatrix(pickMasks(ours, [detection]), theirs);
        expect(iou, `${expected.file} ${expected.run} ${row}`).toBeGreaterThan(area < 100 ? 0.9 : 0.97);
        compared++;
      }
    });
    expect(compared).toBeGreaterThan(60);
  });
});

describeShared("the pose model of the golden cases", ["golden/tasks/e2e/pose/model.pt"], () => {
  it("finds the keypoints of the reference", async () => {
    let compared = 0;
    await eachImage("pose", (found, expected) => {
      const [points = 0, values = 0] = found.keypoints?.shape ?? [];
      for (const [detection, row] of pairsOf(found, expected)) {
        const ours =
          found.keypoints?.data.subarray(detection * points * values, (detection + 1) * points * values) ?? [];
        const theirs = expected.keypoints?.[row] ?? [];
        expectClose(ours, theirs.flat(), { abs: 0.5 });
        const visible = (list: ArrayLike<number>): number[] => Array.from(list).filter((_, i) => i % values === 2);
        expectClose(visible(ours), visible(theirs.flat()), { abs: 0.01 });
        compared++;
      }
    });
    expect(compared).toBeGreaterThan(25);
  });
});
