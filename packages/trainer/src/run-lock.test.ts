import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { Dataset, generateShapes } from "@lookonce/data";
import { enterTestDevice } from "@lookonce/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TrainCallbacks } from "./report/callbacks.ts";
import { tinyModel } from "./test-tiny-model.ts";
import { train } from "./train.ts";
import type { TrainResult } from "./train-options.ts";

const place = mkdtempSync(join(tmpdir(), "run-lock-"));
let data: Dataset;

beforeAll(async () => {
  await enterTestDevice();
  const { yaml } = await generateShapes({ directory: join(place, "shapes"), train: 4, val: 1, size: 32, seed: 1 });
  data = await Dataset.open({ yaml, split: "train" });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

it("a second training in a folder stops, and names the one that writes to it", async () => {
  const directory = mkdtempSync(join(place, "exp-"));
  const run = async (callbacks: TrainCallbacks[] = []): Promise<TrainResult> => {
    const model = tinyModel({ names: data.names });
    const options = { data, epochs: 1, imgsz: 32, batch: 4, workers: 0, directory, callbacks, plots: false };
    return train(model, options).finally(() => model.dispose());
  };
  let second: unknown;
  let files: string[] = [];
  const startSecond = async (): Promise<void> => {
    files = readdirSync(directory);
    second = await run().catch((error: unknown) => error);
    expect(readdirSync(directory)).toEqual(files);
  };
  await run([{ onTrainBatchEnd: startSecond }]);
  expect(files).toContain("run.lock");
  expect(second).toMatchObject({
    code: "IO",
    message: expect.stringContaining(`process ${process.pid} on ${hostname()}, since 20`),
  });
  expect(readdirSync(directory)).not.toContain("run.lock");
  expect((await run()).epochs).toBe(1);
});
