import { setTimeout as sleep } from "node:timers/promises";

/** How something that was started has ended. */
export interface RunEnd {
  exitCode: number;
  /** Whether starting it again would lead to the same end. */
  isMistake: boolean;
}

/** Options of {@link keepRunning}. */
export interface RestartOptions {
  /** How often it is started again, at most. */
  restarts: number;
  /** Seconds before it is started again. */
  delay: number;
  /** Starts it, for the n-th time from 0, and waits for its end. */
  start: (attempt: number) => Promise<RunEnd>;
  /** Receives a line before each restart. */
  log: (line: string) => void;
  /** When it aborts, nothing is started again. */
  signal?: AbortSignal | undefined;
}

/**
 * Starts something again after its processes died or were lost, from where it has got to.
 *
 * @returns the last end, and the number of restarts
 */
export async function keepRunning(options: RestartOptions): Promise<RunEnd & { restarts: number }> {
  const { restarts, delay, start, log, signal } = options;
  for (let attempt = 0; ; attempt++) {
    const end = await start(attempt);
    const { exitCode, isMistake } = end;
    if (exitCode === 0 || isMistake || attempt === restarts || signal?.aborted) return { ...end, restarts: attempt };
    log(`the ranks ended with exit code ${exitCode}; restart ${attempt + 1} of ${restarts} follows in ${delay} s`);
    await sleep(delay * 1000, undefined, signal && { signal }).catch(() => {});
    if (signal?.aborted) return { ...end, restarts: attempt };
  }
}
