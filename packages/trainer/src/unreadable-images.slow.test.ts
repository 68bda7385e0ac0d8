import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { Dataset, generateShapes } from "@lookonce/data";
import { modelFromCheckpoint } from "@lookonce/nn";
import { enterTestDevice } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TrainCallbacks } from "./report/callbacks.ts";
import { plainProgress } from "./report/progress.ts";
import { tinyModel } from "./test-tiny-model.ts";
import { train } from "./train.ts";
import type { TrainOptions, TrainResult } from "./train-options.ts";

const place = mkdtempSync(join(tmpdir(), "unreadable-"));
let yaml: string;
let data: Dataset;
let lines: string[] = [];

beforeAll(async () => {
  await enterTestDevice();
  ({ yaml } = await generateShapes({ directory: join(place, "shapes"), train: 16, val: 8, size: 32, seed: 1 }));
  data = await Dataset.open({ yaml, split: "train" });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Moves images away when an epoch starts. @returns what moves them back */
function loseImages(dataset: Dataset, { epoch, count }: { epoch: number; count: number }) {
  const paths = dataset.entries.slice(0, count).map(({ path }) => path);
  const callbacks: TrainCallbacks = {
    onTrainEpochStart(info) {
      if (info.epoch === epoch) for (const path of paths) renameSync(path, `${path}.gone`);
    },
  };
  const restore = (): void => {
    for (const path of paths) renameSync(`${path}.gone`, path);
  };
  return { callbacks, paths, restore };
}

async function run({ callbacks = [], ...more }: Partial<TrainOptions>): Promise<TrainResult> {
  const { resume } = more;
  const model =
    resume === undefined ? tinyModel({ names: data.names }) : modelFromCheckpoint(readCheckpoint(resume), "");
  const stream = { write: (text: string) => lines.push(text) };
  const folder = resume === undefined ? { directory: mkdtempSync(join(place, "exp-")) } : {};
  lines = [];
  return train(model, {
    ...{ data, epochs: 4, imgsz: 32, batch: 4, workers: 0, cache: "none", val: "never", recipe: { mosaic: 0 } },
    ...{ ...folder, ...more, callbacks: [...callbacks, plainProgress(stream)] },
  }).finally(() => model.dispose());
}

describe("training images that cannot be read any more", () => {
  it("are named in the log, once an epoch, and counted at the end", async () => {
    const lost = loseImages(data, { epoch: 2, count: 2 });
    const { directory, unreadable, epochs } = await run({ callbacks: [lost.callbacks] }).finally(lost.restore);
    expect(epochs).toBe(4);
    expect(unreadable).toMatchObject({ count: 2, reason: expect.stringMatching(/^There is no image/) });
    expect([...(unreadable?.paths ?? [])].sort()).toEqual(lost.paths);
    const warned = lines.filter((line) => line.includes("cannot be read any more, others"));
    expect(warned.map((line) => line.split(":")[0])).toEqual(["epoch 3", "epoch 4"]);
    expect(lines.join("")).toMatch(/2 training images could not be read: .*\.jpg/);
    const log = readFileSync(join(directory, "log.jsonl"), "utf8").trimEnd().split("\n");
    const events = log.map((line) => JSON.parse(line));
    expect(events.filter(({ event }) => event === "warning").map(({ epoch }) => epoch)).toEqual([2, 3]);
    expect(events.at(-1)).toMatchObject({ event: "end", unreadable: { count: 2 } });
  });

  it("end the training where they are many, which is resumed as if nothing had happened", async () => {
    const whole = await run({});
    expect(whole.unreadable).toBeUndefined();
    for (const count of [10, 16]) {
      const lost = loseImages(data, { epoch: 2, count });
      const directory = mkdtempSync(join(place, "exp-"));
      const error = await run({ directory, callbacks: [lost.callbacks] }).catch((fault: unknown) => fault);
      lost.restore();
      expect(error).toMatchObject({ code: "DATA" });
      if (count < 16)
        expect((error as Error).message).toMatch(/^\d+ of the 16 images cannot be read any more, more than 10 %/);
      const last = join(directory, "weights/last.safetensors");
      expect(readCheckpoint(last).training?.state).toMatchObject({ progress: { epoch: 2 } });
      const resumed = await run({ resume: last });
      expect(resumed.losses).toEqual(whole.losses);
      expect(readCheckpoint(resumed.last)).toEqual(readCheckpoint(whole.last));
    }
  });
});

describe("validation images that cannot be read any more", () => {
  it("are named with the scores, and end the training where they are many", async () => {
    const valData = await Dataset.open({ yaml, split: "val" });
    const few = loseImages(valData, { epoch: 1, count: 2 });
    const options = { valData, val: "every", epochs: 2 } as const;
    const { directory } = await run({ ...options, callbacks: [few.callbacks] }).finally(few.restore);
    expect(lines.join("")).toContain(
      `epoch 2: images cannot be read any more and are missing from the scores: ${few.paths[0]}`,
    );
    expect(readFileSync(join(directory, "log.jsonl"), "utf8")).toContain(basename(few.paths[1] as string));
    const many = loseImages(valData, { epoch: 1, count: 7 });
    const stopped = run({ ...options, callbacks: [many.callbacks] }).finally(many.restore);
    await expect(stopped).rejects.toMatchObject({
      code: "DATA",
      message: expect.stringContaining("7 of the 8 images"),
    });
  });
});
