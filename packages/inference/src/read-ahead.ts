/** Options of {@link readAhead}. */
export interface ReadAheadOptions<T, R> {
  /** Number of elements that are started together. */
  group: number;
  /** Number of groups that may be pending, the one awaited included; called again before each. */
  ahead: () => number;
  /** Memory that an element uses from its start on, in any unit. Default 0. */
  weigh?: (element: T) => number;
  /** Memory of the started groups that the consumer has not left behind; a heavier element is started alone. */
  maxWeight?: () => number;
  /** Starts a group. */
  start: (group: T[]) => Promise<R>;
  /** Called when the loop is left early, before the source is closed: what waits for its next element may never get one. */
  stop?: () => void;
}

/**
 * Yields results of a source's elements in order, while the next ones are pending.
 *
 * Without a consumer no more groups are started than `ahead` and `maxWeight` allow. Leaving early closes the source and waits
 * for pending groups.
 */
export async function* readAhead<T, R>(
  source: AsyncIterable<T>,
  { group, ahead, weigh = () => 0, maxWeight = () => 0, start, stop }: ReadAheadOptions<T, R>,
): AsyncGenerator<R, void, undefined> {
  const elements = source[Symbol.asyncIterator]();
  /** Started groups, and last the one that is being read; `undefined` at the source's end. */
  const pending: Promise<{ result: R; weight: number } | undefined>[] = [];
  /** Of the started groups. */
  let total = 0;
  let release = (): void => {};
  let isReading = false;
  let ended = false;
  let left = false;
  /** The element that was too heavy for the group before. */
  const rest: IteratorYieldResult<T>[] = [];
  const readGroup = async (): Promise<{ members: T[]; weight: number }> => {
    const members: T[] = [];
    let weight = 0;
    while (members.length < group && !left) {
      const next = rest.pop() ?? (await elements.next());
      if (next.done) {
        ended = true;
        break;
      }
      const added = weigh(next.value);
      if (members.length > 0 && weight + added > maxWeight()) {
        rest.push(next);
        break;
      }
      weight += added;
      members.push(next.value);
    }
    while (!left && total > 0 && total + weight > maxWeight()) {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    }
    total += weight;
    return { members, weight };
  };
  const addGroup = (): void => {
    isReading = true;
    const read = readGroup();
    const started = read.then(async ({ members, weight }) =>
      members.length === 0 || left ? undefined : { result: await start(members), weight },
    );
    // A failure is thrown when its turn comes
    started.catch(() => {});
    pending.push(started);
    read.then(
      () => {
        isReading = false;
        fill();
      },
      () => {
        ended = true;
      },
    );
  };
  const fill = (least = 0): void => {
    if (!isReading && !ended && !left && pending.length < Math.max(least, ahead())) addGroup();
  };
  try {
    for (;;) {
      fill(1);
      const first = await pending[0];
      pending.shift();
      if (first === undefined) return;
      fill();
      yield first.result;
      total -= first.weight;
      release();
    }
  } finally {
    left = true;
    release();
    if (!ended) stop?.();
    await elements.return?.();
    await Promise.allSettled(pending);
  }
}
