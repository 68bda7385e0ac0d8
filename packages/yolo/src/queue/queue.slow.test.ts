import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type GeneratedShapes, generateShapes } from "@lookonce/data";
import { freePort, hasRedis, TestRedis, until } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evolve } from "../evolve.ts";
import type { PredictOptions } from "../options.ts";
import { makeDecided, temporaryFolder, writeTinyModel } from "../test-model.ts";
import { YOLO } from "../yolo.ts";
import { predictOnQueue, type ReportedResult } from "./predict-on-queue.ts";
import { type StartedQueueWorker, startQueueWorker } from "./start-queue-worker.ts";
import { valOnQueue } from "./val-on-queue.ts";

const hasMoto = spawnSync("moto_server", ["--help"]).status === 0;
if (!hasMoto) console.warn("S3 is skipped, because there is no moto_server: pip install 'moto[server]'");

/** A stand-in for S3 with a bucket, on this machine. */
async function startMoto(): Promise<{ url: string; endpoint: string; stop(): void }> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  await until(() =>
    fetch(endpoint).then(
      () => true,
      () => false,
    ),
  );
  await fetch(`${endpoint}/bucket`, { method: "PUT" }); // vocabulary-allow: PUT
  return { url: "s3://bucket", endpoint, stop: () => void child.kill() };
}

describe.skipIf(!hasRedis)("work on a queue", () => {
  const folder = temporaryFolder();
  const project = join(folder, "runs");
  const storage = join(folder, "storage");
  const workers: StartedQueueWorker[] = [];
  let redis: TestRedis;
  let shapes: GeneratedShapes;
  let model: string;

  beforeAll(async () => {
    // The workers, and their processes, have them from here
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "testing", AWS_SECRET_ACCESS_KEY: "testing" });
    redis = await TestRedis.start();
    shapes = await generateShapes({ directory: join(folder, "shapes"), train: 8, val: 14, size: 64, seed: 1 });
    const fresh = await YOLO.load(writeTinyModel(folder));
    const settings = { data: shapes.yaml, epochs: 1, imgsz: 64, batch: 8, workers: 0, project, plots: false };
    ({ last: model } = await fresh.train({ ...settings, tensorboard: false }));
    await fresh.dispose();
    makeDecided(model);
    for (let i = 0; i < 3; i++) {
      workers.push(
        await startQueueWorker({ queue: redis.url, cache: join(folder, `cache-${i}`), threads: 1, lockMs: 3000 }),
      );
    }
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop(0)));
    await redis.stop();
  });

  const filesOf = (directory: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => [file.slice(directory.length + 1), readFileSync(file, "latin1")] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );

  it("predicts the same results and files, in the same order, and says what it left out", async () => {
    const images = join(folder, "shapes", "images", "val");
    writeFileSync(join(images, "000003-broken.png"), "no image");
    const saves = { save: true, saveTxt: true, saveConf: true, saveJson: true, saveCrop: true, conf: 0.01, maxDet: 20 };
    const collect = async (
      start: (hooks: PredictOptions) => AsyncIterable<ReportedResult>,
    ): Promise<{ lines: unknown[]; directory: string }> => {
      const lines: unknown[] = [];
      let directory = "";
      const hooks: PredictOptions = {
        onSave: (where) => {
          directory = where;
        },
        onSkip: (skipped) => lines.push(skipped),
      };
      for await (const result of start(hooks)) lines.push([result.name, result.describe(), result.toJSON()]);
      return { lines, directory };
    };
    const detector = await YOLO.load(model);
    const here = await collect((hooks) => detector.stream(images, { ...saves, project, imgsz: 64, ...hooks }));
    await detector.dispose();
    const queued = await collect((hooks) =>
      predictOnQueue(model, images, {
        ...{ ...saves, project, imgsz: 64, queue: redis.url, storage, shard: 4 },
        ...hooks,
      }),
    );
    rmSync(join(images, "000003-broken.png"));
    expect(queued.lines.map(String)).toEqual(here.lines.map(String));
    expect(queued.lines).toEqual(here.lines);
    expect(queued.lines).toHaveLength(15);
    const files = filesOf(here.directory);
    expect(Object.keys(files).length).toBeGreaterThan(30);
    expect(filesOf(queued.directory)).toEqual(files);
    // Nothing of the run is left in the storage
    expect(readdirSync(join(storage, "runs"))).toEqual([]);
  });

  it("lets one who left early come back for the results", async () => {
    const images = join(folder, "shapes", "images", "val");
    const lines: string[] = [];
    const options = {
      project,
      imgsz: 64,
      queue: redis.url,
      storage,
      shard: 3,
      log: (line: string) => lines.push(line),
    };
    for await (const _ of predictOnQueue(model, images, options)) break;
    const job = /queued as (\S+),/.exec(lines.join("\n"))?.[1];
    await expect(predictOnQueue(model, images, { ...options, job, conf: 0.5 }).next()).rejects.toThrow(
      "was queued with another model, other data or other options",
    );
    const names: string[] = [];
    for await (const { name } of predictOnQueue(model, images, { ...options, job })) names.push(name);
    expect(names).toEqual(readdirSync(images).sort());
    await expect(predictOnQueue(model, images, { ...options, job: "predict-0" }).next()).rejects.toThrow(
      "there is no run",
    );
  });

  it("validates to the same bits and files", async () => {
    const val = {
      data: shapes.yaml,
      imgsz: 64,
      batch: 4,
      conf: 0.01,
      plots: true,
      saveJson: true,
      saveTxt: true,
      project,
    };
    const detector = await YOLO.load(model);
    const { speed: _, directory = "", ...here } = await detector.val({ ...val, workers: 0 });
    await detector.dispose();
    const found = await valOnQueue(model, { ...val, queue: redis.url, storage, shard: 4 });
    const { speed, directory: queuedDirectory = "", ...queued } = found ?? {};
    expect(queued).toEqual(here);
    expect(here.confusion.counts.reduce((sum, count) => sum + count)).toBeGreaterThan(here.instances);
    expect(filesOf(queuedDirectory)).toEqual(filesOf(directory));
    expect(Object.keys(filesOf(directory))).toContain("val_batch2_pred.jpg");
  });

  it("evolves as one process does", async () => {
    const evolution = {
      model,
      data: shapes.yaml,
      generations: 5,
      offspring: 3,
      epochs: 1,
      imgsz: 64,
      batch: 8,
      project,
    };
    const here = await evolve({ ...evolution, workers: 0, threads: 1, name: "serial" });
    const queued = await evolve({ ...evolution, name: "queued", queue: redis.url, storage });
    for (const name of ["evolve.csv", "log.jsonl", "best_hyperparameters.yaml"]) {
      expect(readFileSync(join(queued.directory, name), "utf8")).toBe(readFileSync(join(here.directory, name), "utf8"));
    }
    expect(readdirSync(join(queued.directory, "best")).sort()).toEqual(
      readdirSync(join(here.directory, "best")).sort(),
    );
    expect(queued.best?.generation).toBe(here.best?.generation);
  });

  it.skipIf(!hasMoto)("predicts and validates through S3", async () => {
    const bucket = await startMoto();
    const shared = { queue: redis.url, storage: `${bucket.url}/some`, endpoint: bucket.endpoint, project, imgsz: 64 };
    const images = join(folder, "shapes", "images", "val");
    const names: string[] = [];
    for await (const { name } of predictOnQueue(model, images, { ...shared, shard: 5, saveTxt: true, conf: 0.01 })) {
      names.push(name);
    }
    expect(names).toEqual(readdirSync(images).sort());
    const val = { data: shapes.yaml, batch: 4, conf: 0.01, plots: false };
    const detector = await YOLO.load(model);
    const { speed: _, ...here } = await detector.val({ ...val, imgsz: 64, workers: 0 });
    await detector.dispose();
    const { speed, ...queued } = (await valOnQueue(model, { ...shared, ...val, shard: 8 })) ?? {};
    expect(queued).toEqual(here);
    await expect(predictOnQueue(model, images, { ...shared, storage: "s3://no-such-bucket" }).next()).rejects.toThrow(
      /cannot .* s3:\/\/no-such-bucket at http.*Make the bucket first/,
    );
    bucket.stop();
  });

  it("says what fails, and where workers do not see the data", async () => {
    const gone = join(folder, "gone.png");
    writeFileSync(
      gone,
      readFileSync(
        join(folder, "shapes", "images", "val", readdirSync(join(folder, "shapes", "images", "val"))[0] ?? ""),
      ),
    );
    const options = {
      project,
      imgsz: 64,
      queue: redis.url,
      storage,
      log: (line: string) => line.startsWith("queued") && rmSync(gone),
    };
    await expect(predictOnQueue(model, gone, options).next()).rejects.toThrow(
      /part 1 of 1 failed: .+:\d+: .+ does not see .*gone.png: mount its folder.* To try again: lookonce jobs queue=redis:.* retry=predict-/,
    );
  });
});
