/** Options of {@link readAhead}. */
export interface ReadAheadOptions<T, R> {
  /** Number of elements that are started together. */
  group: number;
  /** Number of groups that may be pending, the one awaited included; called again before each. */
  ahead: () => number;
  /** Starts a group. */
  start: (group: T[]) => Promise<R>;
  /** Called when the loop is left early, before the source is closed: what waits for its next element may never get one. */
  stop?: () => void;
}

/**
 * Yields results of a source's elements in order, while the next ones are pending.
 *
 * Without a consumer no more groups are started than `ahead` allows. Leaving early closes the source and waits for pending
 * groups.
 */
export async function* readAhead<T, R>(
  source: AsyncIterable<T>,
  { group, ahead, start, stop }: ReadAheadOptions<T, R>,
): AsyncGenerator<R, void, undefined> {
  const elements = source[Symbol.asyncIterator]();
  const pending: Promise<R>[] = [];
  const arrived = new Signal();
  const room = new Signal();
  let ended = false;
  let left = false;
  const feed = async (): Promise<void> => {
    try {
      while (!left) {
        if (pending.length >= ahead()) {
          await room.wait();
          continue;
        }
        const members = await nextElements(elements, group);
        if (members.length === 0 || left) return;
        const result = start(members);
        // Its failure is thrown when its turn comes
        result.catch(() => {});
        pending.push(result);
        arrived.notify();
      }
    } finally {
      ended = true;
      arrived.notify();
    }
  };
  const feeding = feed();
  feeding.catch(() => {});
  try {
    for (;;) {
      while (pending.length === 0 && !ended) await arrived.wait();
      if (pending.length === 0) return await feeding;
      const result = await pending[0];
      pending.shift();
      room.notify();
      yield result as R;
    }
  } finally {
    left = true;
    room.notify();
    if (!ended) stop?.();
    await elements.return?.();
    await Promise.allSettled([feeding, ...pending]);
  }
}

/** Reads up to `count` elements; fewer at the end. */
async function nextElements<T>(elements: AsyncIterator<T>, count: number): Promise<T[]> {
  const read: T[] = [];
  while (read.length < count) {
    const { done, value } = await elements.next();
    if (done) break;
    read.push(value);
  }
  return read;
}

/** An event that one waiter at a time waits for, again and again. */
class Signal {
  #resolve: (() => void) | undefined;

  /** Resolves at the next {@link notify}. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  notify(): void {
    this.#resolve?.();
    this.#resolve = undefined;
  }
}
