import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { failWrites } from "@lookonce/testing";
import { afterAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type LockOwner, withLock } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "lookonce-lock-"));
const file = join(folder, "a.lock");
beforeEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Locks, or returns the owner of the lock. */
function tryLock(): Promise<LockOwner | undefined | "taken"> {
  let found: LockOwner | undefined;
  const onWait = (owner: LockOwner | undefined): never => {
    found = owner;
    throw new Error("locked");
  };
  return withLock(file, async () => "taken" as const, { onWait }).catch(() => found);
}

function leave(owner: Partial<LockOwner>): void {
  writeFileSync(file, JSON.stringify({ host: hostname(), since: "2026-01-01T00:00:00.000Z", ...owner }));
}

describe("a lock", () => {
  it("is one process's, whom others get to know, and is gone afterwards", async () => {
    const owner = await withLock(file, tryLock);
    expect(owner).toMatchObject({ pid: process.pid, host: hostname(), since: expect.stringMatching(/^20\d\d-/) });
    expect(readdirSync(folder)).toEqual([]);
    await expect(withLock(file, () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
    expect(existsSync(file)).toBe(false);
  });

  it("lets one at a time work", async () => {
    let [inside, most] = [0, 0];
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise(setImmediate);
      inside--;
    };
    await Promise.all(Array.from({ length: 3 }, () => withLock(file, work)));
    expect(most).toBe(1);
  });

  it("of a process that ended is taken over", async () => {
    const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
    await new Promise((resolve) => child.once("exit", resolve));
    leave({ pid: child.pid });
    expect(await tryLock()).toBe("taken");
  });

  it.runIf(existsSync("/proc/self/stat"))("of an earlier process with the same number is taken over", async () => {
    leave({ pid: process.pid, started: "1" });
    expect(await tryLock()).toBe("taken");
  });

  it.runIf(existsSync("/proc/self/stat"))(
    "of a process that ended is taken over before its parent notices",
    async () => {
      const command = "cat <&3 & echo $!; exec sleep 60";
      const parent = spawn("sh", ["-c", command], { stdio: ["ignore", "pipe", "ignore", "pipe"] });
      onTestFinished(() => void parent.kill());
      const pid = Number(await new Promise((resolve) => parent.stdout?.once("data", resolve)));
      // A shell asks for what has ended, the program that replaces it does not
      await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, "utf8"), { timeout: 10_000 }).toBe("sleep\n");
      parent.stdio[3]?.destroy();
      await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "utf8"), { timeout: 10_000 }).toMatch(/\) Z/);
      leave({ pid, started: readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[21] });
      expect(await tryLock()).toBe("taken");
    },
  );

  it("is waited for before somebody is notified of it, as its owner may be ending", async () => {
    const notified = vi.fn();
    let next: Promise<string> | undefined;
    await withLock(file, async () => {
      next = withLock(file, async () => "taken", { patience: 60_000, onWait: notified });
      await new Promise((resolve) => setTimeout(resolve, 10));
    });
    expect(await next).toBe("taken");
    expect(notified).not.toHaveBeenCalled();
  });

  it("of another host counts while it shows signs of life", async () => {
    leave({ pid: 1, host: "elsewhere" });
    expect(await tryLock()).toMatchObject({ pid: 1, host: "elsewhere" });
    utimesSync(file, 0, Date.now() / 1000 - 120);
    expect(await tryLock()).toBe("taken");
  });

  it("of another host that died is taken over, too, when the clock was set back since", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    leave({ pid: 1, host: "elsewhere" });
    utimesSync(file, 0, Date.now() / 1000 + 86_400);
    const onWait = (): void => void vi.advanceTimersByTime(61_000);
    expect(await withLock(file, async () => "taken", { onWait })).toBe("taken");
  });

  it("that a full disk has no room for is an error, and stands in nobody's way afterwards", async () => {
    const restore = failWrites("ENOSPC", "a.lock");
    const work = withLock(file, async () => "taken");
    await expect(work).rejects.toMatchObject({ code: "IO", message: expect.stringContaining("the disk is full") });
    expect(readdirSync(folder)).toEqual([]);
    restore();
    expect(await tryLock()).toBe("taken");
  });

  it("that was taken over stays its new owner's when the old one ends", async () => {
    await withLock(file, async () => leave({ pid: 1, host: "elsewhere" }));
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: 1, host: "elsewhere" });
  });
});
