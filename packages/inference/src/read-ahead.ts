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
  /** Started groups, and last the one that is being read; `undefined` at the source's end. */
  const pending: Promise<{ result: R } | undefined>[] = [];
  let reading: Promise<void> = Promise.resolve();
  let ended = false;
  let left = false;
  const addGroup = (): void => {
    const members = reading.then(() => (ended || left ? [] : nextElements(elements, group)));
    reading = members.then(
      ({ length }) => {
        ended = length < group;
      },
      () => {
        ended = true;
      },
    );
    const started = members.then(async (all) => (all.length === 0 || left ? undefined : { result: await start(all) }));
    // A failure is thrown when its turn comes
    started.catch(() => {});
    pending.push(started);
  };
  const fill = (): void => {
    while (!ended && pending.length < ahead()) addGroup();
  };
  try {
    for (fill(); ; fill()) {
      const first = await pending[0];
      pending.shift();
      if (first === undefined) return;
      fill();
      yield first.result;
    }
  } finally {
    left = true;
    if (!ended) stop?.();
    await elements.return?.();
    await Promise.allSettled(pending);
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
