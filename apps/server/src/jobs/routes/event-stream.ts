import { Readable } from "node:stream";
import type { EventStore, JobEvent } from "../store/event-store.ts";

/** What an event stream is made from. */
export interface EventStreamOptions {
  events: EventStore;
  job: number;
  /** The last event that the listener knows; 0 for all that are kept. */
  after: number;
  /** Whether the job is over, so that no more will come. */
  isOver: () => boolean;
  /** Milliseconds of silence after which a comment shows that the stream is alive. */
  heartbeat: number;
  /** Ends the stream while the job goes on. */
  signal: AbortSignal;
}

/** Milliseconds that a listener who was cut off is to wait before it comes back. */
const retry = 2000;

/**
 * The events of a job as server-sent events: those that are kept, then those to come, until the job is over.
 *
 * The stream reads on when the listener has read what it was sent, so that a slow one delays nobody and fills no
 * memory: it misses batches that were forgotten meanwhile, and nothing else.
 */
export function eventStream(options: EventStreamOptions): Readable {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  if (options.signal.aborted) end();
  options.signal.addEventListener("abort", end, { once: true });
  const source = chunks({ ...options, signal: ending.signal });
  const stream: Readable = new Readable({
    highWaterMark: 16 * 1024,
    read() {
      source.next().then(
        ({ value, done }) => stream.push(done ? null : value),
        (error: Error) => stream.destroy(error),
      );
    },
    // `Readable.from` would wait for the next event before it let go of a job whose listener has left.
    destroy(error, callback) {
      options.signal.removeEventListener("abort", end);
      end();
      callback(error);
    },
  });
  return stream;
}

async function* chunks({ events, job, after, isOver, heartbeat, signal }: EventStreamOptions): AsyncGenerator<string> {
  yield `retry: ${retry}\n\n`;
  let last = after;
  const alarm = new Alarm();
  const ends = [events.listen(job, () => alarm.ring())];
  const end = (): void => alarm.ring();
  signal.addEventListener("abort", end, { once: true });
  try {
    while (!signal.aborted) {
      // Asked first: what came before the end is read after it.
      const over = isOver();
      const batch = events.after(job, last);
      if (batch.length > 0) {
        last = (batch.at(-1) as JobEvent).id;
        yield batch.map(textOf).join("");
      } else if (over) return;
      else if (!(await alarm.wait(heartbeat))) yield ": still there\n\n";
    }
  } finally {
    for (const stop of ends) stop();
    signal.removeEventListener("abort", end);
  }
}

function textOf({ id, type, data }: JobEvent): string {
  return `id: ${id}\nevent: ${type}\ndata: ${data}\n\n`;
}

/** Wakes who waits; rung while nobody does, it wakes the next one at once. */
class Alarm {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** @returns whether it rang within so many milliseconds */
  async wait(milliseconds: number): Promise<boolean> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const rang = this.#rung;
    this.#rung = false;
    this.#wake = undefined;
    return rang;
  }
}
