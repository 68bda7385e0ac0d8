/** Options of {@link lookAhead}. */
export interface LookAheadOptions<T, R> {
  /** How many elements are begun together. */
  group: number;
  /** How many groups may be under way, the one waited for included; asked again before each. */
  ahead: () => number;
  /** Begins a group. */
  start: (group: T[]) => Promise<R>;
  /** Called when nothing more is wanted, before the source is told so: what waits for its next element may never get one. */
  stop?: () => void;
}

/**
 * Results of a source's elements in order, the next ones under way while one is looked at.
 *
 * Nobody asking, nothing more is begun than `ahead` says. Leaving early ends the source and waits for what is under way.
 */
export async function* lookAhead<T, R>(
  source: AsyncIterable<T>,
  { group, ahead, start, stop }: LookAheadOptions<T, R>,
): AsyncGenerator<R, void, undefined> {
  const elements = source[Symbol.asyncIterator]();
  const begun: Promise<R>[] = [];
  const [arrived, room] = [new Bell(), new Bell()];
  let [ended, left] = [false, false];
  const feed = async (): Promise<void> => {
    try {
      while (!left) {
        if (begun.length >= ahead()) {
          await room.rung();
          continue;
        }
        const members = await take(elements, group);
        if (members.length === 0 || left) return;
        const result = start(members);
        // Its failure is thrown when its turn comes
        result.catch(() => {});
        begun.push(result);
        arrived.ring();
      }
    } finally {
      ended = true;
      arrived.ring();
    }
  };
  const feeding = feed();
  feeding.catch(() => {});
  try {
    for (;;) {
      while (begun.length === 0 && !ended) await arrived.rung();
      if (begun.length === 0) return await feeding;
      const result = await begun[0];
      begun.shift();
      room.ring();
      yield result as R;
    }
  } finally {
    left = true;
    room.ring();
    if (!ended) stop?.();
    await elements.return?.();
    await Promise.allSettled([feeding, ...begun]);
  }
}

/** Up to so many elements; fewer at the end. */
async function take<T>(elements: AsyncIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { done, value } = await elements.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

/** Something to wait for again and again. */
class Bell {
  #ring: (() => void) | undefined;

  /** Settles when the bell is rung next. */
  rung(): Promise<void> {
    return new Promise((resolve) => {
      this.#ring = resolve;
    });
  }

  ring(): void {
    this.#ring?.();
    this.#ring = undefined;
  }
}
