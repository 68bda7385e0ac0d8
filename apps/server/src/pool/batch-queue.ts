import type { DetectOptions } from "lookonce";
import type { DetectAnswer } from "./messages.ts";

/** An image that waits to be looked at. */
export interface Ticket {
  /** Images of the same key are looked at together: same model, and same size for the network. */
  readonly key: string;
  readonly model: string;
  readonly imgsz: number;
  readonly file: Uint8Array;
  /** Pixels that it has when decoded. */
  readonly pixels: number;
  readonly options: DetectOptions;
  /** When it came, in milliseconds. */
  readonly since: number;
  /** Whether somebody still waits for the answer. */
  readonly isWanted: () => boolean;
  resolve(answer: DetectAnswer, waited: number): void;
  reject(error: Error): void;
}

/** Images that go to a worker together. */
export interface TicketBatch {
  readonly model: string;
  readonly imgsz: number;
  readonly tickets: readonly Ticket[];
}

/** Options of {@link BatchQueue}. */
export interface BatchQueueOptions {
  /** Most images in a batch. */
  batch: number;
  /** Milliseconds that an image may wait for others to join it. */
  window: number;
  /** Most pixels of a batch's images together; an image with more goes alone. */
  maxPixels: number;
}

/** Waiting images, gathered into batches: the image that has waited longest leads the next one. */
export class BatchQueue {
  readonly #options: BatchQueueOptions;
  /** By key, each in the order of arrival. */
  readonly #groups: Map<string, Ticket[]> = new Map();
  #length = 0;

  constructor(options: BatchQueueOptions) {
    this.#options = options;
  }

  /** Images that wait. */
  get length(): number {
    return this.#length;
  }

  push(ticket: Ticket): void {
    const group = this.#groups.get(ticket.key);
    if (group === undefined) this.#groups.set(ticket.key, [ticket]);
    else group.push(ticket);
    this.#length++;
  }

  /** Puts images of one batch, those that are still wanted, back to the head of the queue. */
  putBack(tickets: readonly Ticket[]): void {
    const wanted = tickets.filter(({ isWanted }) => isWanted());
    const [first] = wanted;
    if (first === undefined) return;
    this.#groups.set(first.key, [...wanted, ...(this.#groups.get(first.key) ?? [])]);
    this.#length += wanted.length;
  }

  /** Takes an image out that is no longer wanted. */
  remove(ticket: Ticket): boolean {
    const group = this.#groups.get(ticket.key);
    const at = group?.indexOf(ticket) ?? -1;
    if (group === undefined || at < 0) return false;
    group.splice(at, 1);
    if (group.length === 0) this.#groups.delete(ticket.key);
    this.#length--;
    return true;
  }

  /** Takes all images out. */
  clear(): Ticket[] {
    const tickets = [...this.#groups.values()].flat();
    this.#groups.clear();
    this.#length = 0;
    return tickets;
  }

  /** All images that wait for a model. */
  of(model: string): Ticket[] {
    return [...this.#groups.values()].flat().filter((ticket) => ticket.model === model);
  }

  /**
   * The next batch, if one is ready: it is full, or the image that leads it has waited for its window.
   *
   * @param now milliseconds on the clock of `Ticket.since`
   * @param has whether the worker that it is for has a model
   */
  take(now: number, has: (model: string) => boolean = () => true): TicketBatch | undefined {
    const ready = [...this.#groups.values()].filter(
      (group) => this.#readyAt(group) <= now && has((group[0] as Ticket).model),
    );
    const [first] = ready.sort((a, b) => since(a) - since(b));
    return first === undefined ? undefined : this.#takeFrom(first);
  }

  /** When {@link take} will give something, if nothing else comes; `undefined` while nothing waits. */
  nextReady(): number | undefined {
    const times = [...this.#groups.values()].map((group) => this.#readyAt(group));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #readyAt(group: readonly Ticket[]): number {
    return group.length >= this.#options.batch ? Number.NEGATIVE_INFINITY : since(group) + this.#options.window;
  }

  #takeFrom(group: Ticket[]): TicketBatch {
    const [{ key, model, imgsz }] = group as [Ticket];
    let [count, pixels] = [0, 0];
    for (const ticket of group.slice(0, this.#options.batch)) {
      pixels += ticket.pixels;
      if (count > 0 && pixels > this.#options.maxPixels) break;
      count++;
    }
    const tickets = group.splice(0, count);
    if (group.length === 0) this.#groups.delete(key);
    this.#length -= tickets.length;
    return { model, imgsz, tickets };
  }
}

function since(group: readonly Ticket[]): number {
  return (group[0] as Ticket).since;
}
