/**
 * Passes on the newest of what comes, leaving out what came while nobody was asking: at most one thing waits.
 *
 * @param stop called when nothing more is wanted, before the source is told so: what it waits for may never come
 */
export async function* keepNewest<T>(source: AsyncIterable<T>, stop: () => void): AsyncGenerator<T, void, undefined> {
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
    stop();
    await iterator.return?.();
    await pumping;
  }
}
