import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { writeNew } from "./write-new.ts";
import { writing } from "./writing.ts";

const heartbeatMs = 2_000;
/** Without a heartbeat for so long, a lock of another host is nobody's; an event loop may be busy for many seconds. */
const staleAfterMs = 60_000;
const pollMs = 200;

/** The process that has a lock. */
export interface LockOwner {
  pid: number;
  host: string;
  /** When it got the lock, in ISO 8601. */
  since: string;
  /** When the process started, as its system counts: a later one with the same number has another. */
  started?: string;
}

/** Options of {@link withLock}. */
export interface LockOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds before `onWait` is called, as an owner may be ending. Default 0. */
  patience?: number;
  /** Called once when somebody else has the lock; what it throws ends the wait. */
  onWait?: (owner: LockOwner | undefined) => void;
}

/**
 * Does something while no other process or thread does it, by a lock file. A lock of this host counts while its process
 * lives, one of another host while it shows signs of life: the file's time moves every two seconds.
 */
export async function withLock<T>(file: string, action: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const content = await acquire(file, options);
  const heartbeat = setInterval(() => utimes(file, new Date(), new Date()).catch(() => {}), heartbeatMs);
  try {
    return await action();
  } finally {
    clearInterval(heartbeat);
    await removeIf(file, content);
  }
}

/** @returns the content of the lock file */
async function acquire(file: string, { signal, patience = 0, onWait }: LockOptions): Promise<string> {
  const { pid } = process;
  const began = performance.now();
  let notified = false;
  const beat = { time: 0, since: 0 };
  while (true) {
    signal?.throwIfAborted();
    const owner = { pid, host: hostname(), since: new Date().toISOString(), started: startOf(pid), key: randomUUID() };
    const content = JSON.stringify(owner);
    try {
      await writeNew(file, content);
      return content;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") await writing(file, () => Promise.reject(error));
    }
    const found = await readFile(file, "utf8").catch(() => "");
    if (await isAbandoned(file, parseOwner(found), beat)) await removeIf(file, found);
    else {
      if (!notified && performance.now() - began >= patience) {
        notified = true;
        onWait?.(parseOwner(found));
      }
      await sleep(pollMs);
    }
  }
}

/** @param beat the last heartbeat that was seen, and when, on the clock of `performance.now()` */
async function isAbandoned(
  file: string,
  owner: LockOwner | undefined,
  beat: { time: number; since: number },
): Promise<boolean> {
  if (owner?.host === hostname()) {
    if (!isAlive(owner.pid)) return true;
    if (owner.started !== undefined) return owner.started !== startOf(owner.pid);
  }
  const state = await stat(file).catch(() => undefined);
  if (state === undefined) return false;
  if (beat.time !== state.mtimeMs) Object.assign(beat, { time: state.mtimeMs, since: performance.now() });
  // A clock that was set back, or that of another host, may call an old heartbeat one of the future for days
  return Date.now() - state.mtimeMs > staleAfterMs || performance.now() - beat.since > staleAfterMs;
}

/** Removes a lock with this content. Another may have taken it over since it was read, whose lock is restored. */
async function removeIf(file: string, content: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, "utf8")) !== content) await link(aside, file).catch(() => {});
    await rm(aside, { force: true });
  } catch {
    // It is gone
  }
}

/** The owner in a lock file; none while that is being written. */
function parseOwner(text: string): LockOwner | undefined {
  try {
    const { pid, host, since, started } = JSON.parse(text);
    return Number.isInteger(pid) && pid > 0 ? { pid, host: String(host), since: String(since), started } : undefined;
  } catch {
    return undefined;
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

/** When a process started, in ticks since the system did; none where it has ended. On Linux alone. */
function startOf(pid: number): string | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may contain spaces; the start is the 20th field after it
    const [state, ...fields] = line.slice(line.lastIndexOf(")") + 2).split(" ");
    // A process that ended stays in the table until its parent has taken note
    return state === "Z" || state === "X" ? undefined : fields[18];
  } catch {
    return undefined;
  }
}
