import type { MadeBatch } from "./job.ts";

/** Options of {@link EpochReader}. */
export interface EpochReaderOptions<Plan> {
  /** The plans of the epoch's batches. */
  plans: readonly Plan[];
  /** Number of the first batch to read. */
  from: number;
  /** Batches started before they are asked for. */
  ahead: number;
  /** Makes a batch, unless the signal aborts. */
  make: (plan: Plan, signal: AbortSignal) => Promise<MadeBatch>;
}

/** The batches of one epoch in order, never more than a fixed number ahead of the one returned last. */
export class EpochReader<Plan> {
  readonly #options: EpochReaderOptions<Plan>;
  readonly #pending: Promise<MadeBatch>[] = [];
  readonly #control: AbortController = new AbortController();
  #started: number;
  #returned: number;

  constructor(options: EpochReaderOptions<Plan>) {
    this.#options = options;
    this.#started = options.from;
    this.#returned = options.from;
  }

  /** Starts the batches that come next. */
  start(): void {
    const { plans, ahead, make } = this.#options;
    const next = plans.slice(this.#started, this.#returned + ahead);
    this.#started += next.length;
    for (const plan of next) {
      const making = make(plan, this.#control.signal);
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
  abort(): void {
    this.#control.abort();
  }
}
