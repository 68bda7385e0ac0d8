import { setTimeout as sleep } from "node:timers/promises";
import { LookonceError } from "@lookonce/errors";
import { lockHolder, type ProcessLock, tryLock } from "../store/process-lock.ts";

export interface WaitForLockOptions {
  signal: AbortSignal;
  /** Milliseconds after which a process that still has the lock is killed (default 10,000). */
  killAfterMs?: number;
}

const retryMs = 50;

/**
 * Locks a run's folder, unless the signal comes first. A process that still has the lock belongs to a service that was
 * killed, and ends as soon as it notices. One that does not, since it computes without a break or hangs, is killed; a
 * checkpoint is replaced whole, so nothing is lost by that.
 */
export async function waitForLock(
  file: string,
  { signal, killAfterMs = 10_000 }: WaitForLockOptions,
): Promise<ProcessLock | undefined> {
  for (let waited = 0; !signal.aborted; waited += retryMs) {
    const lock = tryLock(file);
    if (lock !== undefined) return lock;
    if (waited === killAfterMs) kill(lockHolder(file));
    if (waited > 2 * killAfterMs) {
      throw new LookonceError(
        "IO",
        "another process works on this job and cannot be ended: end it, then start the job again.",
      );
    }
    await sleep(retryMs);
  }
  return undefined;
}

function kill(pid: number | undefined): void {
  if (pid === undefined || pid === process.pid) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended a moment ago.
  }
}
