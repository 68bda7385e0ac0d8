import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Libsql from "libsql";
import { afterAll, describe, expect, it } from "vitest";
import type { JobHealth } from "../jobs-options.ts";
import { openDatabase, rowsOf } from "./database.ts";
import { Disk } from "./disk.ts";
import { EventStore } from "./event-store.ts";
import { JobStore } from "./job-store.ts";
import { migrations } from "./migrations.ts";
import { lockHolder, removeLock, tryLock } from "./process-lock.ts";

const place = mkdtempSync(join(tmpdir(), "lookonce-store-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));
let files = 0;
const newFile = (): string => join(place, `store-${files++}`, "jobs.sqlite");
const request = {
  kind: "train",
  model: "m.pt",
  data: "d",
  options: { epochs: 3, freeze: [0, 1] },
  priority: "high",
} as const;

describe("JobStore", () => {
  it("knows jobs after the database was closed and opened", () => {
    const file = newFile();
    const first = openDatabase(file);
    const store = new JobStore(first);
    const job = store.add(request, 1000);
    expect(job).toEqual({
      id: 1,
      state: "queued",
      created: 1000,
      starts: 0,
      fruitless: 0,
      canceling: false,
      ...request,
    });
    store.change(1, { state: "running", started: 2000, run: "train", starts: 1 });
    store.note(1, { progress: { epoch: 1, epochs: 3 } });
    store.change(1, {
      state: "failed",
      ended: 3000,
      error: { code: "DATA", message: "no images" },
      canceling: true,
    });
    const changed = store.get(1);
    first.close();
    const again = openDatabase(file);
    expect(new JobStore(again).get(1)).toEqual(changed);
    expect(changed).toMatchObject({ ...request, state: "failed", progress: { epoch: 1, epochs: 3 }, canceling: true });
    again.close();
  });

  it("lists newest first, a state's oldest first, and never uses a number twice", () => {
    const database = openDatabase(newFile());
    const store = new JobStore(database);
    for (let i = 0; i < 5; i++) store.add({ kind: "export", model: "m", options: {}, priority: "normal" }, i);
    store.change(2, { state: "canceled" });
    expect(store.list({ limit: 2 }).map(({ id }) => id)).toEqual([5, 4]);
    expect(store.list({ limit: 9, before: 4, state: "queued" }).map(({ id }) => id)).toEqual([3, 1]);
    expect(store.inState("queued").map(({ id }) => id)).toEqual([1, 3, 4, 5]);
    expect(store.get(9)).toBeUndefined();
    database.exec("DELETE FROM jobs WHERE id = 5");
    expect(store.add(request, 9).id).toBe(6);
    database.close();
  });

  it("keeps odd texts as they are", () => {
    const database = openDatabase(newFile());
    const store = new JobStore(database);
    const model = "a'; DROP TABLE jobs; --\u{1F600}";
    expect(store.get(store.add({ kind: "val", model, data: "ä\n", options: {}, priority: "low" }, 0).id)).toMatchObject(
      {
        model,
        data: "ä\n",
      },
    );
    database.close();
  });
});

describe("openDatabase", () => {
  it("brings the jobs of an earlier version along", () => {
    const file = newFile();
    mkdirSync(dirname(file), { recursive: true });
    const earlier = new Libsql(file);
    earlier.exec(migrations[0] ?? "");
    earlier.exec("INSERT INTO jobs (kind, state, model, options, created) VALUES ('export', 'queued', 'm', '{}', 5)");
    earlier.pragma("user_version = 1");
    earlier.close();
    const database = openDatabase(file);
    expect(new JobStore(database).get(1)).toMatchObject({ kind: "export", state: "queued", priority: "normal" });
    database.close();
  });

  it("refuses a database of a later version, and what is none", async () => {
    const file = newFile();
    const database = openDatabase(file);
    expect(database.pragma("journal_mode")).toEqual([{ journal_mode: "wal" }]);
    database.pragma("user_version = 99");
    database.close();
    expect(() => openDatabase(file)).toThrow(/of a later version of the service \(99/);
    expect(() => openDatabase(place)).toThrow(expect.objectContaining({ code: "IO" }));
  });
});

describe("a damaged database", () => {
  const written = (): string => {
    const file = newFile();
    const database = openDatabase(file);
    const columns = "kind, state, model, options, created";
    const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)";
    database.exec(
      `INSERT INTO jobs (${columns}) ${numbers} SELECT 'val', 'canceled', 'm.pt', '{"epochs":3}', i FROM n`,
    );
    database.pragma("wal_checkpoint(TRUNCATE)");
    database.close();
    return file;
  };

  it.each([
    ["its header", (bytes: Buffer) => bytes.fill(7, 0, 100)],
    ["its end", (bytes: Buffer) => bytes.subarray(0, bytes.length - 5000)],
    ["a page", (bytes: Buffer) => bytes.fill(7, 4096 * 4 - 3000, 4096 * 4)],
    ["all pages but the first", (bytes: Buffer) => bytes.fill(0xff, 4096)],
    ["texts", (bytes: Buffer) => Buffer.from(bytes.toString("latin1").replaceAll('{"epochs', "]]epochs"), "latin1")],
  ])("in %s is set aside, and an empty one is made", (_, damage) => {
    const file = written();
    const damaged = damage(readFileSync(file));
    writeFileSync(file, damaged);
    const notices: string[] = [];
    const database = openDatabase(file, (notice) => notices.push(notice));
    const jobs = new JobStore(database);
    expect(jobs.list({ limit: 10 })).toEqual([]);
    expect(jobs.add(request, 0).id).toBe(1);
    database.close();
    const [aside] = readdirSync(dirname(file)).filter((name) => /^jobs\.sqlite\.damaged-[\dTZ-]+$/.test(name));
    expect(readFileSync(join(dirname(file), String(aside))).equals(damaged)).toBe(true);
    expect(notices).toEqual([expect.stringContaining(`set aside as ${aside}`)]);
    openDatabase(file, (notice) => notices.push(notice)).close();
    expect(notices).toHaveLength(1);
  });
});

describe("Disk", () => {
  it("writes later, in order, what SQLite refuses while there is no room", () => {
    const database = openDatabase(newFile());
    const health: JobHealth = {};
    const disk = new Disk(database, health);
    const [jobs, events] = [new JobStore(database, disk), new EventStore(database, disk)];
    const changes: (string | undefined)[] = [];
    disk.onChange = (fault) => changes.push(fault);
    const { id } = jobs.add(request, 0);
    database.pragma(`max_page_count = ${Object.values((database.pragma("page_count") as object[])[0] ?? {})[0]}`);
    const text = "x".repeat(3000);
    for (let i = 0; i < 20; i++) events.add(id, "epoch", { i, text });
    expect(health.fault).toBe("the disk is full (ENOSPC)");
    const all = events.after(id, 0);
    expect(all.map(({ data }) => JSON.parse(data).i)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    const rows = () => rowsOf(database.prepare("SELECT id, type, data FROM events ORDER BY id"));
    expect(rows().length).toBeLessThan(20);
    expect(() => jobs.add({ ...request, model: text.repeat(9) }, 1)).toThrow(
      /No jobs are accepted while the disk is full/,
    );
    database.pragma("max_page_count = 1000000");
    disk.flush();
    expect(rows()).toEqual(all);
    expect([changes, health.fault]).toEqual([["the disk is full (ENOSPC)", undefined], undefined]);
    disk.close();
    database.close();
  });

  it("leaves all in the database when it is closed, where damage is found, and nothing in SQLite's log", () => {
    const file = newFile();
    const database = openDatabase(file);
    const disk = new Disk(database);
    new JobStore(database, disk).add(request, 0);
    disk.close();
    database.close();
    const copy = newFile();
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(file, copy);
    const read = openDatabase(copy);
    expect(new JobStore(read).get(1)).toMatchObject(request);
    read.close();
  });

  it("does not hide faults of the service", () => {
    const database = openDatabase(newFile());
    expect(() => new EventStore(database).add(99, "log", {})).toThrow(/FOREIGN KEY/);
    database.close();
  });
});

describe("EventStore", () => {
  it("keeps the newest batches and all epochs of a job", () => {
    const database = openDatabase(newFile());
    const { id } = new JobStore(database).add(request, 0);
    const events = new EventStore(database);
    for (let i = 0; i < 1000; i++) events.add(id, i % 10 === 0 ? "epoch" : "batch", { i });
    const all = events.after(id, 0, 5000);
    const batches = all.filter(({ type }) => type === "batch");
    expect(all.filter(({ type }) => type === "epoch")).toHaveLength(100);
    expect(batches.length).toBeGreaterThanOrEqual(200);
    expect(batches.length).toBeLessThanOrEqual(300);
    expect(JSON.parse(batches.at(-1)?.data ?? "")).toEqual({ i: 999 });
    const ids = all.map((event) => event.id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(events.after(id, ids.at(-3) as number)).toEqual(all.slice(-2));
    database.close();
  });

  it("forgets what happened to jobs long over, and nothing of those to come", () => {
    const database = openDatabase(newFile());
    const jobs = new JobStore(database);
    const events = new EventStore(database);
    for (let i = 1; i <= 120; i++) {
      jobs.add(request, i);
      events.add(i, "log", { i });
      if (i > 1) jobs.change(i, { state: "succeeded", ended: i });
    }
    events.forgetOld();
    const left = rowsOf<{ job: number }>(database.prepare("SELECT job FROM events ORDER BY job")).map(({ job }) => job);
    expect(left).toEqual([1, ...Array.from({ length: 100 }, (_, i) => i + 21)]);
    database.close();
  });

  it("notifies those who listen, of their job", () => {
    const database = openDatabase(newFile());
    const jobs = new JobStore(database);
    const events = new EventStore(database);
    for (let i = 0; i < 2; i++) jobs.add(request, i);
    const heard: number[] = [];
    const stops = [events.listen(1, () => heard.push(1)), events.listen(2, () => heard.push(2))];
    events.add(1, "log", {});
    events.add(2, "log", {});
    stops[0]?.();
    events.add(1, "log", {});
    expect(heard).toEqual([1, 2]);
    stops[1]?.();
    database.close();
  });
});

describe("tryLock", () => {
  it("belongs to one at a time, and free when released", () => {
    const file = join(place, "locks", "a.lock");
    const lock = tryLock(file);
    expect(lockHolder(file)).toBe(process.pid);
    expect(tryLock(file)).toBeUndefined();
    lock?.release();
    const again = tryLock(file);
    expect(again).toBeDefined();
    again?.release();
    removeLock(file);
    expect(existsSync(file)).toBe(false);
    expect(lockHolder(file)).toBeUndefined();
  });

  it("is free when its holder was killed", async () => {
    const file = join(place, "b.lock");
    const libsql = createRequire(import.meta.url).resolve("libsql");
    const program = `const D = require(${JSON.stringify(libsql)}); new D(${JSON.stringify(file)}).exec("BEGIN EXCLUSIVE"); console.log("locked"); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    await once(holder.stdout, "data");
    expect(tryLock(file)).toBeUndefined();
    holder.kill("SIGKILL");
    await once(holder, "exit");
    const lock = tryLock(file);
    expect(lock).toBeDefined();
    lock?.release();
  });
});
