import { readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { writing } from "@lookonce/files";

/** Milliseconds between two signs of life, and after which a lock without one is nobody's. */
const beat = 2_000;
const staleAfter = 15_000;
const pollTime = 200;

export interface LockOptions {
  signal?: AbortSignal | undefined;
  /** Called once when somebody else has the lock. */
  onWait?: () => void;
}

/**
 * Does something while no other process or thread does it, by a lock file. A lock whose process is gone, or that shows no
 * sign of life for 15 seconds, does not count.
 */
export async function withLock<T>(file: string, action: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  await acquire(file, options);
  const heart = setInterval(() => utimes(file, new Date(), new Date()).catch(() => {}), beat);
  try {
    return await action();
  } finally {
    clearInterval(heart);
    await rm(file, { force: true });
  }
}

async function acquire(file: string, { signal, onWait }: LockOptions): Promise<void> {
  let notified = false;
  while (true) {
    signal?.throwIfAborted();
    try {
      await writeFile(file, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") await writing(file, () => Promise.reject(error));
    }
    if (await isAbandoned(file)) await rm(file, { force: true });
    else {
      if (!notified) onWait?.();
      notified = true;
      await sleep(pollTime);
    }
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  const state = await stat(file).catch(() => undefined);
  if (state === undefined) return false;
  if (Date.now() - state.mtimeMs > staleAfter) return true;
  const text = await readFile(file, "utf8").catch(() => "");
  const { pid, host } = parse(text);
  return host === hostname() && pid !== undefined && pid !== process.pid && !isAlive(pid);
}

function parse(text: string): { pid?: number; host?: string } {
  try {
    return JSON.parse(text) as { pid?: number; host?: string };
  } catch {
    // Its owner is about to write it
    return {};
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
