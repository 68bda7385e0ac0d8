import { setTimeout as sleep } from "node:timers/promises";

/** Options of {@link keepRunning}. */
export interface RestartOptions {
  /** How often it is started again, at most. */
  restarts: number;
  /** Seconds before it is started again. */
  delay: number;
  /** Starts it, for the n-th time from 0, and returns its exit code. */
  start: (attempt: number) => Promise<number>;
  /** Receives a line before each restart. */
  log: (line: string) => void;
  /** When it aborts, nothing is started again. */
  signal?: AbortSignal | undefined;
}

/** Exit codes of mistakes, which a restart would repeat: the work cannot be done, the command line is not understood. */
const mistakes: readonly number[] = [1, 2];

/**
 * Starts something again after its processes died or were lost, from where it has got to.
 *
 * @returns the last exit code, and the number of restarts
 */
export async function keepRunning(options: RestartOptions): Promise<{ exitCode: number; restarts: number }> {
  const { restarts, delay, start, log, signal } = options;
  for (let attempt = 0; ; attempt++) {
    const exitCode = await start(attempt);
    const isFinal = exitCode === 0 || mistakes.includes(exitCode) || attempt === restarts;
    if (isFinal || signal?.aborted) return { exitCode, restarts: attempt };
    log(`the ranks ended with exit code ${exitCode}; restart ${attempt + 1} of ${restarts} follows in ${delay} s`);
    await sleep(delay * 1000, undefined, { ...(signal && { signal }) }).catch(() => {});
    if (signal?.aborted) return { exitCode, restarts: attempt };
  }
}
