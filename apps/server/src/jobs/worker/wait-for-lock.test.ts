import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lockHolder } from "../store/process-lock.ts";
import { waitForLock } from "./wait-for-lock.ts";

const place = mkdtempSync(join(tmpdir(), "lookonce-lock-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const libsql = createRequire(import.meta.url).resolve("libsql");

/** A process that has a lock until it is ended. */
async function holder(file: string) {
  const open = `new (require(${JSON.stringify(libsql)}))(${JSON.stringify(file)}).exec("BEGIN EXCLUSIVE")`;
  const child = spawn(process.execPath, ["-e", `${open}; console.log("locked"); setInterval(() => {}, 1000)`]);
  await once(child.stdout, "data");
  writeFileSync(`${file}.pid`, String(child.pid));
  return child;
}

describe("waitForLock", () => {
  it("waits for the one before to end", async () => {
    const file = join(place, "a.lock");
    const child = await holder(file);
    const waiting = waitForLock(file, { signal: new AbortController().signal });
    child.kill("SIGTERM");
    const lock = await waiting;
    expect(lockHolder(file)).toBe(process.pid);
    lock?.release();
  });

  it("kills one that does not end by itself", async () => {
    const file = join(place, "b.lock");
    const child = await holder(file);
    const exit = once(child, "exit");
    const lock = await waitForLock(file, { signal: new AbortController().signal, killAfterMs: 100 });
    expect(await exit).toEqual([null, "SIGKILL"]);
    lock?.release();
  });

  it("stops waiting when its signal aborts", async () => {
    const file = join(place, "c.lock");
    const child = await holder(file);
    const stop = new AbortController();
    const waiting = waitForLock(file, { signal: stop.signal });
    stop.abort();
    expect(await waiting).toBeUndefined();
    child.kill("SIGKILL");
    await once(child, "exit");
  });
});
