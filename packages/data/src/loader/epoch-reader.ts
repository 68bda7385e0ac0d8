import type { MadeBatch } from "./job.ts";

export interface EpochReaderOptions {
  count: number;
  from: number;
  /** Batches started before they are asked for. */
  ahead: number;
  /** Makes the batch of a number, unless the signal aborts. */
  make: (number: number, signal: AbortSignal) => Promise<MadeBatch>;
  signal: AbortSignal;
}

/** The batches of one epoch in order, never more than a fixed number ahead of the one returned last. */
export class EpochReader {
  readonly #options: EpochReaderOptions;
  readonly #pending: Promise<MadeBatch>[] = [];
  readonly #control: AbortController = new AbortController();
  /** Aborted with the reader, or by the one of the options. */
  readonly signal: AbortSignal;
  #started: number;
  #returned: number;

  constructor(options: EpochReaderOptions) {
    this.#options = options;
    this.signal = AbortSignal.any([options.signal, this.#control.signal]);
    this.#started = options.from;
    this.#returned = options.from;
  }

  /** Starts the batches that come next. */
  start(): void {
    const { count, ahead, make } = this.#options;
    for (; this.#started < Math.min(count, this.#returned + ahead); this.#started++) {
      const making = make(this.#started, this.signal);
      // whoever stops early must not be ended by the failure of a batch nobody waits for; next() still throws it
      making.catch(() => {});
      this.#pending.push(making);
    }
  }

  /** The next batch, or `undefined` behind the last one. */
  next(): Promise<MadeBatch> | undefined {
    this.#returned++;
    this.start();
    return this.#pending.shift();
  }

  /** Aborts the batches that are being made. */
  abort(reason?: unknown): void {
    this.#control.abort(reason);
  }
}
