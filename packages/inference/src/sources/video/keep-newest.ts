/**
 * Passes on the newest of what comes, leaving out what came while nobody was asking: at most one thing waits.
 */
export async function* keepNewest<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const state: { newest?: { value: T }; done: boolean; error?: unknown; wake?: () => void } = { done: false };
  const pump = async (): Promise<void> => {
    try {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done || state.done) break;
        state.newest = { value };
        state.wake?.();
      }
    } catch (error) {
      state.error = error;
    }
    state.done = true;
    state.wake?.();
  };
  const pumping = pump();
  try {
    for (;;) {
      if (state.newest === undefined && !state.done) {
        await new Promise<void>((resolve) => {
          state.wake = resolve;
        });
      }
      const { newest } = state;
      if (newest !== undefined) {
        delete state.newest;
        yield newest.value;
      } else if (state.error !== undefined) throw state.error;
      else return;
    }
  } finally {
    state.done = true;
    await iterator.return?.();
    await pumping;
  }
}
