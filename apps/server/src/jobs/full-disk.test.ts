import { describe, expect, it, vi } from "vitest";
import { pngFile } from "../test-png.ts";
import { formOf, listen, testService } from "../test-service.ts";
import type { JobEnd } from "./queue/job-runner.ts";
import type { Database } from "./store/database.ts";
import type { JobAnswer } from "./test-service.ts";
import type { FromJob } from "./worker/messages.ts";

const test = vi.hoisted(() => {
  interface Listener {
    message(message: FromJob): void;
    ended(end: JobEnd): void;
  }
  return { isFull: false, databases: [] as Database[], listeners: [] as Listener[] };
});

vi.mock("./queue/job-process.ts", () => ({
  JobProcess: class {
    constructor(_: unknown, listener: (typeof test.listeners)[number]) {
      test.listeners.push(listener);
    }
    stop(): void {}
  },
}));

vi.mock("./store/database.ts", async (original) => {
  const module = await original<typeof import("./store/database.ts")>();
  const openDatabase = (file: string): Database => {
    const database = module.openDatabase(file);
    for (const name of ["prepare", "exec"] as const) {
      const method = database[name].bind(database);
      Object.assign(database, {
        [name](sql: string) {
          if (!test.isFull || !/^(INSERT|UPDATE|DELETE)/.test(sql)) return method(sql);
          throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
        },
      });
    }
    test.databases.push(database);
    return database;
  };
  return { ...module, openDatabase };
});

describe("a disk that is full", async () => {
  const { app } = await testService({ log: "none" });
  const url = await listen(app);
  const predict = async (): Promise<number> => {
    const body = formOf([pngFile({ width: 30, height: 30 })]);
    return (await fetch(`${url}/v1/predict`, { method: "POST", body })).status;
  };
  const post = () => app.inject({ method: "POST", url: "/v1/jobs", payload: { kind: "export", model: "tiny" } });
  const jobOf = async (id: string): Promise<JobAnswer> => (await app.inject(`/v1/jobs/${id}`)).json();
  const stored = (): unknown => test.databases[0]?.prepare("SELECT state, progress FROM jobs ORDER BY id").all();

  it("stops no predictions, and loses nothing of a job", async () => {
    const { id } = (await post()).json<JobAnswer>();
    await expect.poll(() => test.listeners.length, { timeout: 10_000 }).toBe(1);
    const waiting = (await post()).json<JobAnswer>();
    test.isFull = true;
    for (let batch = 1; batch <= 3; batch++) {
      test.listeners[0]?.message({ type: "batch", report: { stage: "train", batch, batches: 3, epoch: 1, epochs: 2 } });
    }
    expect((await app.inject("/readyz")).json()).toEqual({
      status: "ready",
      jobs: expect.stringMatching(/^the disk is full \(ENOSPC\); no jobs are accepted/),
    });
    expect(await jobOf(id)).toMatchObject({
      state: "running",
      progress: { epoch: 1, epochs: 2, batch: 3, batches: 3 },
      warning: "Its state is kept in memory until it can be written: the disk is full (ENOSPC).",
    });
    expect(await predict()).toBe(200);
    const refused = await post();
    expect([refused.statusCode, refused.json().error.code]).toEqual([503, "NO_STORAGE"]);

    test.listeners[0]?.ended({ outcome: { type: "succeeded", result: { file: "model.onnx" } }, exit: "status 0" });
    await expect.poll(async () => (await jobOf(id)).state).toBe("succeeded");
    expect((await app.inject("/v1/jobs?state=succeeded")).json().jobs).toHaveLength(1);
    const { body } = await app.inject(`/v1/jobs/${id}/events`);
    const order = ["running", '"batch":1,', '"batch":3,', "the disk is full", "succeeded"];
    const places = order.map((text) => body.indexOf(text));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(stored()).toMatchObject([{ state: "running", progress: null }, { state: "queued" }]);
    // What waits would fail for the full disk: it waits on
    expect([(await jobOf(waiting.id)).state, test.listeners.length]).toEqual(["queued", 1]);

    test.isFull = false;
    expect((await post()).statusCode).toBe(202);
    await expect.poll(() => test.listeners.length).toBe(2);
    expect(stored()).toMatchObject([
      { state: "succeeded", progress: expect.stringContaining('"batch":3') },
      { state: "running" },
      { state: "queued" },
    ]);
    expect((await app.inject(`/v1/jobs/${id}/events`)).body).toBe(body);
    expect((await app.inject("/readyz")).json()).toEqual({ status: "ready" });
    expect((await jobOf(id)) as object).not.toHaveProperty("warning");
    test.listeners[1]?.ended({ exit: "status 1" });
  });
});
