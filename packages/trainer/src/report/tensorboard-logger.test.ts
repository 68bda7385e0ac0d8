import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { familySettings } from "@lookonce/config";
import type { Batch } from "@lookonce/data";
import { failWrites } from "@lookonce/testing";
import { afterAll, describe, expect, it } from "vitest";
import type { EpochInfo, RunInfo } from "./callbacks.ts";
import { tensorboardLogger } from "./tensorboard-logger.ts";

const place = mkdtempSync(join(tmpdir(), "tensorboard-"));
afterAll(() => rmSync(place, { recursive: true }));

const run = (directory: string, firstEpoch = 0): RunInfo => ({
  ...{ directory, family: "v8", task: "detect", epochs: 3, iterations: 4, batch: 1, imgsz: 16, firstEpoch, args: {} },
  recipe: familySettings.v8.recipe,
});

const epoch = (number: number): EpochInfo => ({
  ...{ epoch: number, seconds: 1, losses: { box: 1.5 + number }, isBest: false },
  lr: { bias: 0.5, weight: 0.25, norm: 0.125 },
});

const batch: Batch = {
  ...{ images: new Uint8Array(16 * 16 * 3).fill(90), count: 1, height: 16, width: 16 },
  targets: { labels: new Int32Array(8), boxes: new Float32Array(32), mask: new Float32Array(8), maxTargets: 8 },
  samples: [
    {
      ...{ index: 0, path: "a.jpg", originalWidth: 16, originalHeight: 16, ratio: [1, 1], padding: [0, 0] },
      ...{ boxes: Float32Array.of(2, 2, 12, 12), classes: Int32Array.of(0) },
    },
  ],
};

interface PlainEvent {
  step: number;
  text: string;
  bytes: Uint8Array;
}

/** The records of the folder's event files, with their steps: field 2 of an event, after its time. */
function eventsOf(directory: string): PlainEvent[] {
  return readdirSync(directory)
    .sort()
    .flatMap((name) => {
      const file = readFileSync(join(directory, name));
      const events: PlainEvent[] = [];
      for (let at = 0; at < file.length; ) {
        const length = Number(file.readBigUInt64LE(at));
        const bytes = file.subarray(at + 12, at + 12 + length);
        events.push({ step: bytes[9] === 0x10 ? (bytes[10] as number) : 0, text: bytes.toString("latin1"), bytes });
        at += length + 16;
      }
      return events;
    });
}

/** The number behind a tag: field 2 of a value, a float32. */
function scalar({ bytes, text }: PlainEvent, tag: string): number {
  const at = text.indexOf(tag) + tag.length;
  expect(bytes[at]).toBe(0x15);
  return Buffer.from(bytes).readFloatLE(at + 1);
}

describe("tensorboardLogger", () => {
  it("writes the graph, the first batches and every epoch's numbers", async () => {
    const directory = join(place, "run");
    const graph = [{ name: "images", op: "Placeholder" }];
    const logger = tensorboardLogger({ names: ["cat"], graph });
    await logger.onTrainStart?.(run(directory));
    for (let iteration = 0; iteration < 4; iteration++)
      await logger.onTrainBatchStart?.({ epoch: 0, iteration, batch });
    await logger.onFitEpochEnd?.(epoch(0));
    await logger.onFitEpochEnd?.(epoch(1));
    await logger.onTrainEnd?.({ directory, seconds: 2, interrupted: false });
    const events = eventsOf(directory);
    const having = (text: string): PlainEvent[] => events.filter((event) => event.text.includes(text));
    expect(having("Placeholder")).toHaveLength(1);
    expect(having("train_batch/").map(({ step }) => step)).toEqual([1, 1, 1]);
    expect(having("train_batch/0")[0]?.text).toContain("\u00ff\u00d8\u00ff");
    const losses = having("train/box_loss");
    expect(losses.map((event) => [event.step, scalar(event, "train/box_loss")])).toEqual([
      [1, 1.5],
      [2, 2.5],
    ]);
    expect(scalar(having("lr/pg1")[0] as PlainEvent, "lr/pg1")).toBe(0.25);
    // Scores that were not measured are no points.
    expect(having("metrics/")).toEqual([]);
  });

  it("continues in a file of its own, which replaces later steps", async () => {
    const directory = join(place, "resumed");
    for (const firstEpoch of [0, 1]) {
      const logger = tensorboardLogger({ graph: [{ name: "images", op: "Placeholder" }] });
      await logger.onTrainStart?.(run(directory, firstEpoch));
      for (let number = firstEpoch; number < 3; number++) await logger.onFitEpochEnd?.(epoch(number));
      await logger.onTrainEnd?.({ directory, seconds: 2, interrupted: false });
    }
    expect(readdirSync(directory)).toHaveLength(2);
    const events = eventsOf(directory);
    // A session log (field 7) of status 1, START, is what TensorBoard looks for.
    const starts = events.filter(({ text }) => text.includes("\u003a\u0002\u0008\u0001"));
    expect(starts.map(({ step }) => step)).toEqual([2]);
    expect(events.filter(({ text }) => text.includes("Placeholder"))).toHaveLength(1);
  });

  it("writes later, whole, what a full disk had no room for, and notifies", async () => {
    const directory = join(place, "full");
    const notices: string[] = [];
    const restore = failWrites("ENOSPC", "tfevents");
    const logger = tensorboardLogger({ onNotice: (line) => notices.push(line) });
    await logger.onTrainStart?.(run(directory));
    await logger.onFitEpochEnd?.(epoch(0));
    expect(notices).toHaveLength(2);
    expect(notices[1]).toMatch(/TensorBoard's event file is missing: .*tfevents.*the disk is full \(ENOSPC\)/);
    expect(readdirSync(directory).map((name) => readFileSync(join(directory, name)).length)).toEqual([0]);
    restore();
    await logger.onFitEpochEnd?.(epoch(1));
    await logger.onTrainEnd?.({ directory, seconds: 2, interrupted: false });
    const losses = eventsOf(directory).filter(({ text }) => text.includes("train/box_loss"));
    expect(losses.map(({ step }) => step)).toEqual([1, 2]);
  });

  it("does not stop a training where it cannot write", async () => {
    const directory = join(place, "file");
    writeFileSync(directory, "");
    const notices: string[] = [];
    const logger = tensorboardLogger({ onNotice: (line) => notices.push(line) });
    await logger.onTrainStart?.(run(directory));
    await logger.onFitEpochEnd?.(epoch(0));
    expect(notices).toHaveLength(2);
    expect(notices[0]).toMatch(/event file is missing: cannot write .*a file stands where/);
  });
});
