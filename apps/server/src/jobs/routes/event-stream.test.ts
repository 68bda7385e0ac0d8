import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../store/database.ts";
import { EventStore } from "../store/event-store.ts";
import { JobStore } from "../store/job-store.ts";
import { eventStream } from "./event-stream.ts";

const place = mkdtempSync(join(tmpdir(), "lookonce-events-"));
let database: Database;
let events: Counting;

/** Counts who listens. */
class Counting extends EventStore {
  listeners = 0;

  override listen(job: number, listener: () => void): () => void {
    this.listeners++;
    const stop = super.listen(job, listener);
    return () => {
      this.listeners--;
      stop();
    };
  }
}

let jobs: JobStore;
beforeAll(() => {
  database = openDatabase(join(place, "jobs.sqlite"));
  jobs = new JobStore(database);
  events = new Counting(database);
});
afterAll(() => {
  database.close();
  rmSync(place, { recursive: true, force: true });
});

/** A job with a stream of its events, which ends when `end` is called. */
function follow({ heartbeat = 60_000, after = 0 } = {}) {
  const job = jobs.add({ kind: "export", model: "m", options: {}, priority: "normal" }, 0).id;
  const stop = new AbortController();
  let over = false;
  const stream = eventStream({ events, job, after, isOver: () => over, heartbeat, signal: stop.signal });
  const end = (): void => {
    over = true;
    events.add(job, "state", { state: "succeeded" });
  };
  return { job, stream, stop, end };
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}

describe("eventStream", () => {
  it("sends what is kept, then what comes, and ends with the job", async () => {
    const { job, stream, end } = follow();
    events.add(job, "log", { message: "before" });
    const text = textOf(stream);
    await sleep(20);
    events.add(job, "log", { message: "line 1\nline 2" });
    end();
    const lines = (await text).split("\n\n");
    expect(lines[0]).toBe("retry: 2000");
    const sent = lines.slice(1, -1).map((line) => line.replace(/^id: \d+\n/, ""));
    expect(sent).toEqual([
      'event: log\ndata: {"message":"before"}',
      'event: log\ndata: {"message":"line 1\\nline 2"}',
      'event: state\ndata: {"state":"succeeded"}',
    ]);
  });

  it("says that it is there while nothing happens", async () => {
    const { stream, end } = follow({ heartbeat: 10 });
    const text = textOf(stream);
    await sleep(60);
    end();
    expect((await text).match(/^: still there$/gm)?.length).toBeGreaterThanOrEqual(2);
  });

  it("ends when the service does, though the job goes on", async () => {
    const { stream, stop } = follow();
    const text = textOf(stream);
    await sleep(10);
    stop.abort();
    expect(await text).toBe("retry: 2000\n\n");
  });

  it("keeps no more for a slow listener than a handful of chunks, and skips what was forgotten", async () => {
    const { job, stream, end } = follow();
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    for (let i = 0; i < 3000; i++) events.add(job, "batch", { i, filler: "x".repeat(200) });
    events.add(job, "epoch", { epoch: 1 });
    await sleep(20);
    expect(stream.readableLength).toBeLessThan(100_000);
    end();
    let text = "";
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) text += String(next.value);
    const batches = [...text.matchAll(/"i":(\d+)/g)].map(([, i]) => Number(i));
    expect(batches.length).toBeLessThan(600);
    expect(batches.at(-1)).toBe(2999);
    expect(text).toContain("event: epoch");
    expect(text).toContain("succeeded");
  });

  it("lets go of the job as soon as its listener leaves", async () => {
    const { job, stream } = follow();
    const before = events.listeners;
    await stream[Symbol.asyncIterator]().next();
    await sleep(5);
    expect(events.listeners).toBe(before + 1);
    stream.destroy();
    await sleep(5);
    expect(events.listeners).toBe(before);
    events.add(job, "log", {});
  });

  it("passes faults of the database on", async () => {
    const { stream } = follow();
    const { after } = events;
    events.after = () => {
      throw new Error("the disk is gone");
    };
    await expect(textOf(stream)).rejects.toThrow("the disk is gone");
    events.after = after;
  });
});
