import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readCheckpoint } from "@lookonce/checkpoint";
import { Dataset } from "@lookonce/data";
import { blankImage, writeImage } from "@lookonce/image";
import { stateDict } from "@lookonce/nn";
import { beforeAll, describe, expect, it } from "vitest";
import type { TrainCallbacks } from "./report/callbacks.ts";
import { makeRunDirectory } from "./run-directory.ts";
import { crash, data, expectSameWhenResumed, place, prepareRuns, run } from "./test-resume.ts";
import { tinyModel } from "./test-tiny-model.ts";

beforeAll(prepareRuns);

/** Images of these widths and heights, without objects. */
async function shapedData(sizes: readonly (readonly [width: number, height: number])[]): Promise<Dataset> {
  const folder = mkdtempSync(join(place, "shaped-"));
  for (const part of ["images", "labels"]) mkdirSync(join(folder, part));
  for (const [i, [width, height]] of sizes.entries()) {
    await writeImage(join(folder, `images/${i}.png`), blankImage({ width, height }, 90));
    writeFileSync(join(folder, `labels/${i}.txt`), "");
  }
  const yaml = join(folder, "shaped.yaml");
  writeFileSync(yaml, `train: images\nval: images\nnames: ${JSON.stringify(data.names)}\n`);
  return Dataset.open({ yaml, split: "train" });
}

describe("a training that is resumed", () => {
  // Batches of 2 for a nominal batch of 6: gradients wait for an update when an epoch ends. More in resume.slow.test.ts
  it.each([
    { optimizer: "SGD", nbs: 6, warmup_epochs: 1, warmup_iterations: 0 },
    { family: "v5", balance: "auto", nbs: 4 },
  ] as const)("ends with the same weights as one that never stopped: %o", expectSameWhenResumed);

  it("keeps what the loss learned in every file", async () => {
    const { last, best } = await run({
      family: "v5",
      epochs: 1,
      recipe: { balance: "learned", lr0: 0.1, nbs: 2, warmup_epochs: 0 },
    });
    for (const file of [last, best]) {
      const { loss } = readCheckpoint(file).metadata as { loss: { family: "v5"; balance: number[] } };
      expect(loss.balance).toHaveLength(2);
      expect(loss.balance.some((value) => value !== 0)).toBe(true);
    }
    expect(readCheckpoint((await run({ epochs: 1 })).last).metadata).not.toHaveProperty("loss");
  });

  it("keeps its own settings, whatever it is given", async () => {
    const directory = makeRunDirectory({ project: place, name: "exp" });
    await expect(run({ directory, seed: 3, callbacks: [crash(1, 0)] })).rejects.toThrow("crash");
    const last = join(directory, "weights/last.safetensors");
    const { training } = readCheckpoint(last);
    expect(training?.state).toMatchObject({ progress: { epoch: 1 }, settings: { seed: 3, epochs: 3 } });
    const { epochs } = await run({ resume: last, epochs: 50, seed: 4 }, last);
    expect(epochs).toBe(3);
  });

  it("is refused when it is over", async () => {
    const { last } = await run({ epochs: 1 });
    expect(readCheckpoint(last).training).toBeUndefined();
    await expect(run({ resume: last }, last)).rejects.toMatchObject({
      code: "ARGUMENT",
      message: expect.stringContaining("no state of a training to resume"),
    });
  });
});

describe.runIf(existsSync("/dev/full"))("a full disk", () => {
  it.each(["results.csv", "log.jsonl"])(
    "ends a training with what it could not write, %s, and keeps the last state",
    async (name) => {
      const directory = makeRunDirectory({ project: place, name: "exp" });
      const file = join(directory, name);
      const fill: TrainCallbacks = {
        onTrainEpochStart({ epoch }) {
          if (epoch !== 1) return;
          rmSync(file);
          symlinkSync("/dev/full", file);
        },
      };
      await expect(run({ directory, callbacks: [fill] })).rejects.toMatchObject({
        code: "IO",
        message: expect.stringMatching(new RegExp(`cannot write .*${name}.*ENOSPC`)),
      });
      const last = join(directory, "weights/last.safetensors");
      expect(readCheckpoint(last).training?.state).toMatchObject({ progress: { epoch: 1, iteration: 0 } });
      rmSync(file);
      expect((await run({ resume: last }, last)).epochs).toBe(3);
    },
  );
});

describe("a training that ends early", () => {
  it("stops when patience is spent, and leaves a model without a training's state", async () => {
    const { epochs, last, best } = await run({ epochs: 30, patience: 2, recipe: { lr0: 0, warmup_epochs: 0 } });
    // Nothing is learned, so the first epoch's fitness, 0, stays the best.
    expect(epochs).toBe(3);
    expect(readCheckpoint(last).training).toBeUndefined();
    expect(existsSync(best)).toBe(true);
  });

  it("stops when its time is spent", async () => {
    const { epochs } = await run({ epochs: 1000, time: 0.5 / 3600, val: "never" });
    expect(epochs).toBeGreaterThan(0);
    expect(epochs).toBeLessThan(1000);
  });
});

describe("a training's options", () => {
  it("freeze layers of the model", async () => {
    const { last } = await run({ epochs: 1, freeze: 2, val: "never", recipe: { ema_decay: 0 } });
    const model = tinyModel({ names: data.names });
    const before = await stateDict(model);
    const { tensors } = readCheckpoint(last);
    for (const [path, variable] of model.namedParameters()) {
      const isSame = isDeepStrictEqual(tensors.get(path)?.data, before.get(path)?.data);
      expect({ path, isSame }).toEqual({ path, isSame: /^model\.[01]\./.test(path) || !variable.trainable });
    }
    model.dispose();
    await expect(run({ freeze: [99] })).rejects.toThrow(/no layer 99; its layers are 0 to 5/);
  });

  it("resize batches from step to step, the same when resumed", async () => {
    const sizes = async (): Promise<number[]> => {
      const seen: number[] = [];
      await run({
        ...{ epochs: 1, multiScale: true, val: "never", imgsz: 64, batch: 4 },
        callbacks: [{ onTrainBatchStart: ({ batch: { height, width } }) => void seen.push(height, width) }],
      });
      return seen;
    };
    const seen = await sizes();
    expect(new Set(seen).size).toBeGreaterThan(1);
    for (const side of seen) expect([32, 48, 64, 80, 96]).toContain(side);
    expect(await sizes()).toEqual(seen);
  });

  it("show images of badly found classes more often", async () => {
    const seen = async (imageWeights: boolean): Promise<number> => {
      const indices: number[] = [];
      await run({
        ...{ epochs: 2, imageWeights, val: "every" },
        callbacks: [
          { onTrainBatchStart: ({ batch: { samples } }) => void indices.push(...samples.map(({ index }) => index)) },
        ],
      });
      expect(indices).toHaveLength(24);
      return new Set(indices.slice(0, 12)).size;
    };
    // Without weights every image comes once an epoch; drawn by weight, some come twice.
    expect(await seen(false)).toBe(12);
    expect(await seen(true)).toBeLessThan(12);
  });

  it("group images by shape", async () => {
    await expect(run({ rect: true, imageWeights: true })).rejects.toMatchObject({ code: "ARGUMENT" });
    const shaped = await shapedData([
      [64, 32],
      [32, 64],
      [64, 32],
      [32, 64],
    ]);
    const sizes = async (rect: boolean): Promise<string[]> => {
      const seen: string[] = [];
      const note: TrainCallbacks = {
        onTrainBatchStart: ({ batch: { height, width } }) => void seen.push(`${height} × ${width}`),
      };
      await run({ data: shaped, epochs: 1, rect, val: "never", callbacks: [note] });
      return seen;
    };
    expect(await sizes(false)).toEqual(["64 × 64", "64 × 64"]);
    // Wide images first, without a border.
    expect(await sizes(true)).toEqual(["32 × 64", "64 × 32"]);
  });

  it("keep the weights of every n-th epoch", async () => {
    const { directory } = await run({ epochs: 4, savePeriod: 2, val: "never" });
    const kept = [1, 2, 3, 4].filter((n) => existsSync(join(directory, `weights/epoch${n}.safetensors`)));
    expect(kept).toEqual([2, 4]);
  });
});
