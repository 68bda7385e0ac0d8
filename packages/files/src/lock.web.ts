import type { LockOptions } from "./lock.ts";

/**
 * Does something while no other page or thread of the origin does it (Web Locks). The browser frees the lock of a page that
 * was closed; it does not say whose it is.
 */
export async function withLock<T>(file: string, action: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const { signal, patience = 0, onWait } = options;
  signal?.throwIfAborted();
  const given = new AbortController();
  const notify = (): void => {
    try {
      onWait?.(undefined);
    } catch (error) {
      given.abort(error);
    }
  };
  const timer = setTimeout(notify, Math.max(patience, graceMs));
  const run = async (): Promise<T> => {
    clearTimeout(timer);
    return await action();
  };
  try {
    return await navigator.locks.request(
      file,
      { signal: AbortSignal.any([given.signal, ...(signal ? [signal] : [])]) },
      run,
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds within which a lock that is free is granted. */
const graceMs = 50;
