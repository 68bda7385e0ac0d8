import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { JobQueue } from "./queue/job-queue.ts";
import { processRunner } from "./queue/process-runner.ts";
import { jobView } from "./routes/job-view.ts";
import { type Database, openDatabase } from "./store/database.ts";
import { Disk } from "./store/disk.ts";
import { EventStore } from "./store/event-store.ts";
import { JobStore } from "./store/job-store.ts";

const request = { kind: "train", model: "tiny", data: "shapes", options: {}, priority: "normal" } as const;

let folder: string;
let database: Database;
let disk: Disk;
let jobs: JobStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-job-faults-"));
  database = openDatabase(join(folder, "jobs.sqlite"));
  disk = new Disk(database);
  jobs = new JobStore(database, disk);
});
afterEach(() => {
  disk.close();
  database.close();
  rmSync(folder, { recursive: true });
});

describe("a database that becomes read-only", () => {
  it("refuses new jobs with the reason, keeps changes of others and writes them when it can", () => {
    const { id } = jobs.add(request, 1);
    database.pragma("query_only = ON");
    expect(() => jobs.add(request, 2)).toThrow(/read-only \(EROFS\)/);
    jobs.change(id, { state: "failed", ended: 3 });
    expect(disk.fault).toMatch(/read-only/);
    expect(jobs.get(id)).toMatchObject({ state: "failed", ended: 3 });
    expect(new JobStore(database).get(id)?.state).toBe("queued");
    database.pragma("query_only = OFF");
    disk.flush();
    expect(disk.fault).toBeUndefined();
    expect(new JobStore(database).get(id)).toMatchObject({ state: "failed", ended: 3 });
    expect(jobs.list({ limit: 10 })).toHaveLength(1);
  });
});

describe("a clock that is set back", () => {
  it("changes neither the order of jobs nor lets one end before its start", () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-06-01T12:00:00Z") });
    onTestFinished(() => void vi.useRealTimers());
    const options = { runsRoot: folder, dataRoots: [], modelRoots: [], database: "" };
    const events = new EventStore(database, disk);
    const queue = new JobQueue({ jobs, events, disk, options, runner: processRunner(), log: () => {} });
    const first = jobs.add(request, Date.now());
    vi.setSystemTime(Date.parse("2026-05-01T12:00:00Z"));
    const second = jobs.add(request, Date.now());
    expect(jobs.inState("queued").map(({ id }) => id)).toEqual([first.id, second.id]);
    expect(jobs.list({ limit: 10 }).map(({ id }) => id)).toEqual([second.id, first.id]);
    const { created, ended = "" } = jobView(queue.cancel(first));
    expect(Date.parse(ended)).toBeGreaterThanOrEqual(Date.parse(created));
  });
});
