import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { describe, expect, it } from "vitest";
import { openDatabase } from "./store/database.ts";
import { JobStore } from "./store/job-store.ts";
import { lockHolder } from "./store/process-lock.ts";
import { quick, serviceFolders, startService, waitFor } from "./test-service.ts";

const over = ["succeeded", "failed", "canceled"];
const training = { kind: "train", model: "tiny", data: "shapes/shapes", options: { ...quick, epochs: 6, nbs: 8 } };

async function post(app: FastifyInstance, payload: object): Promise<string> {
  const answer = await app.inject({ method: "POST", url: "/v1/jobs", payload });
  expect(answer.statusCode, answer.body).toBe(202);
  return answer.json().id;
}

/** Waits until the events of a job contain a text. */
async function heard(app: FastifyInstance, id: string, text: string): Promise<void> {
  const stream = await app.inject({ url: `/v1/jobs/${id}/events`, payloadAsStream: true });
  let received = "";
  for await (const chunk of stream.stream()) {
    received += chunk;
    if (received.includes(text)) return;
  }
  throw new Error(`${text} was not reported: ${received}`);
}

/** What a training leaves, without times. */
function traces(run: string): object {
  const hash = (name: string): string =>
    createHash("sha256")
      .update(readFileSync(join(run, "weights", `${name}.safetensors`)))
      .digest("hex");
  const rows = readFileSync(join(run, "results.csv"), "utf8").trimEnd().split("\n");
  return { best: hash("best"), last: hash("last"), rows: rows.map((row) => row.split(",").toSpliced(1, 1)) };
}

describe("a service that ends and starts again", () => {
  it("resumes an interrupted training, which ends as one that was never interrupted", async () => {
    const { options } = await serviceFolders();
    const first = await startService(options);
    const id = await post(first, training);
    const waiting = await post(first, training);
    await heard(first, id, "event: epoch");
    const listener = await first.inject({ url: `/v1/jobs/${id}/events`, payloadAsStream: true });
    await first.close();
    // Its stream ended with the service.
    for await (const _ of listener.stream());

    const database = openDatabase(options.database);
    const kept = new JobStore(database).list({ limit: 9 });
    expect(kept.map(({ state, starts, fruitless }) => [state, starts, fruitless])).toEqual([
      ["queued", 0, 0],
      ["interrupted", 1, 0],
    ]);
    database.close();

    const second = await startService(options);
    const resumed = await waitFor(second, { id, states: over });
    expect(resumed, JSON.stringify(resumed)).toMatchObject({
      state: "succeeded",
      starts: 2,
      run: "train",
      result: { epochs: 6 },
    });
    const whole = await waitFor(second, { id: waiting, states: over });
    expect(whole).toMatchObject({ state: "succeeded", starts: 1, run: "train2" });
    expect(traces(join(options.runsRoot, "train"))).toEqual(traces(join(options.runsRoot, "train2")));
    expect(resumed.result?.map50_95).toBe(whole.result?.map50_95);
    const events = (await second.inject(`/v1/jobs/${id}/events`)).body;
    const states = [...events.matchAll(/^data: \{"state":"(\w+)"/gm)].map(([, state]) => state);
    expect(states).toEqual(["queued", "running", "interrupted", "queued", "running", "succeeded"]);
    await second.close();
  });

  it("begins a training anew that was killed before its first checkpoint, and finishes one killed after its last", async () => {
    const { options } = await serviceFolders();
    const first = await startService(options);
    const id = await post(first, { ...training, options: { ...training.options, epochs: 2, plots: true } });
    const whole = await waitFor(first, { id, states: over });
    expect(whole).toMatchObject({ state: "succeeded", run: "train" });
    await first.close();
    const run = join(options.runsRoot, "train");
    const expected = traces(run);
    const changeTo = (state: "running"): void => {
      const database = openDatabase(options.database);
      new JobStore(database).change(Number(id), { state });
      database.close();
    };

    // As it stands when the service is killed before it hears of the end.
    changeTo("running");
    rmSync(join(run, "BoxPR_curve.png"));
    const second = await startService(options);
    const finished = await waitFor(second, { id, states: over });
    expect(finished).toMatchObject({ state: "succeeded", starts: 2 });
    const { speed: _, ...scores } = whole.result ?? {};
    expect(finished.result).toMatchObject(scores);
    expect(existsSync(join(run, "BoxPR_curve.png"))).toBe(true);
    expect(traces(run)).toEqual(expected);
    await second.close();

    changeTo("running");
    rmSync(join(run, "weights"), { recursive: true });
    writeFileSync(join(run, "left-over.txt"), "of the first time");
    const third = await startService(options);
    expect(await waitFor(third, { id, states: over })).toMatchObject({ state: "succeeded", starts: 3, run: "train" });
    expect(traces(run)).toEqual(expected);
    expect(existsSync(join(run, "left-over.txt"))).toBe(false);
    await third.close();
  });

  it("keeps a second service away from its database", async () => {
    const { options } = await serviceFolders();
    const app = await startService(options);
    await expect(startService(options)).rejects.toMatchObject({
      code: "IO",
      message: expect.stringContaining("another service"),
    });
    await app.close();
    await (await startService(options)).close();
  });
});

describe("a job whose process dies", () => {
  it("is started again where it had come to, and fails when that leads nowhere", async () => {
    const { options } = await serviceFolders({ maxFruitless: 2 });
    const app = await startService(options);
    const id = await post(app, { ...training, options: { ...training.options, epochs: 1000 } });
    const holder = (): number | undefined => lockHolder(`${options.database}.job-${id}.lock`);
    await heard(app, id, "event: epoch");
    let last = holder() as number;
    process.kill(last, "SIGKILL");
    await heard(app, id, '"state":"running","starts":2');
    // Before it can come to a checkpoint.
    for (let start = 2; start <= 3; start++) {
      let now = holder();
      for (; now === undefined || now === last || !isAlive(now); now = holder()) await pause();
      process.kill(now, "SIGKILL");
      while (isAlive(now)) await pause();
      last = now;
    }
    const job = await waitFor(app, { id, states: over });
    expect(job).toMatchObject({ state: "failed", starts: 3, error: { code: "INTERRUPTED" } });
    expect(job.error?.message).toMatch(/started 2 times without coming to a checkpoint.*signal SIGKILL/);
    await app.close();
  });
});

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
