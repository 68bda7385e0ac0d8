/**
 * Sums numbers over all ranks, in place. Every rank calls it with the same lengths in the same order; the event loop goes on.
 */
export type SumOverRanks = (numbers: Float32Array, settings: { half: boolean }) => Promise<void>;

/** What steps have in common whose sums over ranks are computed by the same function. */
class SharedMemory {
  #buffer = new ArrayBuffer(0);
  #queue: Promise<unknown> = Promise.resolve();

  /** Runs a task with memory of at least this size, when those before are done. What is in it is left from others. */
  use<T>(bytes: number, task: (memory: ArrayBuffer) => Promise<T>): Promise<T> {
    const run = this.#queue.then(() => {
      if (this.#buffer.byteLength < bytes) this.#buffer = new ArrayBuffer(bytes);
      return task(this.#buffer);
    });
    // A failed run must not fail the runs after it.
    this.#queue = run.catch(() => undefined);
    return run;
  }
}

const memories = new WeakMap<SumOverRanks, SharedMemory>();

/**
 * Runs a task of a step with memory for what its stages pass on. Steps with the same sum go one after the other, in the order in
 * which their ranks expect their sums, and share that memory.
 */
export function withStageMemory<T>(
  sum: SumOverRanks,
  bytes: number,
  task: (memory: ArrayBuffer) => Promise<T>,
): Promise<T> {
  const memory = memories.get(sum) ?? new SharedMemory();
  memories.set(sum, memory);
  return memory.use(bytes, task);
}
