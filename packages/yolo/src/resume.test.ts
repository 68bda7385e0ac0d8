import { rmSync } from "node:fs";
import { join } from "node:path";
import { generateShapes } from "@lookonce/data";
import { expect, it } from "vitest";
import { temporaryFolder, writeTinyModel } from "./test-model.ts";
import { YOLO } from "./yolo.ts";

it("resumes with a changed data set only where that is accepted", async () => {
  const project = temporaryFolder();
  const shapes = join(project, "shapes");
  const { yaml } = await generateShapes({ directory: shapes, train: 8, val: 1, size: 32, seed: 1 });
  const stop = new AbortController();
  const options = { workers: 0, plots: false, tensorboard: false };
  const model = await YOLO.load(writeTinyModel(project));
  const { last, interrupted } = await model.train({
    ...{ ...options, data: yaml, epochs: 2, imgsz: 32, batch: 4, project, val: "never", signal: stop.signal },
    callbacks: [{ onTrainBatchEnd: () => stop.abort() }],
  });
  expect(interrupted).toBe(true);
  const gone = "images/train/00003.jpg";
  rmSync(join(shapes, gone));
  const again = await YOLO.load(last);
  await expect(again.train({ ...options, resume: true })).rejects.toThrow(`1 train images fewer (${gone})`);
  expect(await again.train({ ...options, resume: true, resumeChanged: true })).toMatchObject({ epochs: 2 });
});
