import { type Communicator, connectRanks } from "@lookonce/distributed";
import { isKnownToAll } from "./ranks.ts";

/** What one rank did. */
export interface Outcome<T> {
  value?: T;
  error?: Error;
}

/** Runs as many ranks in this process; an error that the others cannot know of ends them, as it ends their processes. */
export function inRanks<T>(size: number, run: (communicator: Communicator) => Promise<T>): Promise<Outcome<T>[]> {
  const running = connectRanks(size, { timeout: 60 }).map(async (communicator): Promise<Outcome<T>> => {
    try {
      return { value: await run(communicator) };
    } catch (error) {
      if (!isKnownToAll(error)) await communicator.abort();
      return { error: error instanceof Error ? error : new Error(String(error)) };
    } finally {
      await communicator.close();
    }
  });
  return Promise.all(running);
}

/** The results of ranks none of which failed. */
export function resultsOf<T>(outcomes: readonly Outcome<T>[]): T[] {
  return outcomes.map(({ value, error }) => {
    if (error !== undefined) throw error;
    return value as T;
  });
}

/** The sentences of ranks that failed. */
export function failuresOf(outcomes: readonly Outcome<unknown>[]): (string | undefined)[] {
  return outcomes.map(({ error }) => error?.message);
}
