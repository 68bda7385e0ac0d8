import type { MadeBatch } from "./job.ts";

/** Options of {@link EpochReader}. */
export interface EpochReaderOptions {
  /** Batches from the first to the last one. */
  from: number;
  count: number;
  /** Batches begun before they are asked for. */
  ahead: number;
  /** Makes batch number `i`, unless the signal aborts. */
  make: (i: number, signal: AbortSignal) => Promise<MadeBatch>;
}

/** The batches of one epoch in order, never more than a fixed number ahead of the one that was taken last. */
export class EpochReader {
  readonly #options: EpochReaderOptions;
  readonly #underWay: Promise<MadeBatch>[] = [];
  readonly #control: AbortController = new AbortController();
  #begun: number;
  #taken: number;

  constructor(options: EpochReaderOptions) {
    this.#options = options;
    this.#begun = options.from;
    this.#taken = options.from;
  }

  /** Begins batches ahead of the one that was taken last. */
  begin(): void {
    const { count, ahead, make } = this.#options;
    for (; this.#begun < Math.min(count, this.#taken + ahead); this.#begun++) {
      const making = make(this.#begun, this.#control.signal);
      // whoever stops early must not be ended by the failure of a batch nobody waits for; take() still throws it
      making.catch(() => {});
      this.#underWay.push(making);
    }
  }

  /** The next batch, or `undefined` behind the last one. */
  take(): Promise<MadeBatch> | undefined {
    this.#taken++;
    this.begin();
    return this.#underWay.shift();
  }

  /** Aborts the batches that are being made. */
  abort(): void {
    this.#control.abort();
  }
}
