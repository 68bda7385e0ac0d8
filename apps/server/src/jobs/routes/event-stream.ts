import { Readable } from "node:stream";
import type { EventStore, JobEvent } from "../store/event-store.ts";

/** What an event stream is made from. */
interface EventStreamOptions {
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
export function eventStream({ events, job, after, isOver, heartbeat, signal }: EventStreamOptions): Readable {
  let last = after;
  let isWanted = false;
  let timer: NodeJS.Timeout | undefined;
  let stopListening: (() => void) | undefined;
  const send = (text: string | null): void => {
    isWanted = false;
    clearTimeout(timer);
    stream.push(text);
  };
  /** Sends what there is, if the listener wants more; called again when there may be something new. */
  const next = (): void => {
    if (!isWanted) return;
    try {
      // Asked first: what came before the end is read after it.
      const over = signal.aborted || isOver();
      const batch = signal.aborted ? [] : events.after(job, last);
      last = batch.at(-1)?.id ?? last;
      if (batch.length > 0) send(batch.map(textOf).join(""));
      else if (over) send(null);
    } catch (error) {
      stream.destroy(error as Error);
    }
  };
  const stream: Readable = new Readable({
    highWaterMark: 16 * 1024,
    read() {
      if (stopListening === undefined) {
        stopListening = events.listen(job, next);
        signal.addEventListener("abort", next, { once: true });
        return send(`retry: ${retry}\n\n`);
      }
      isWanted = true;
      timer = setTimeout(() => send(": still there\n\n"), heartbeat);
      next();
    },
    destroy(error, callback) {
      clearTimeout(timer);
      stopListening?.();
      signal.removeEventListener("abort", next);
      callback(error);
    },
  });
  return stream;
}

function textOf({ id, type, data }: JobEvent): string {
  return `id: ${id}\nevent: ${type}\ndata: ${data}\n\n`;
}
