import type { MadeBatch } from "./job.ts";

/** Options of {@link EpochReader}. */
export interface EpochReaderOptions {
  /** Batches from the first to the last one. */
  from: number;
  count: number;
  /** Batches begun before they are asked for. */
  ahead: number;
  /** Makes batch number `i`; it may give up once `canceled` holds anything but 0. */
  make: (i: number, canceled: Int32Array) => Promise<MadeBatch>;
}

/** The batches of one epoch in order, never more than a fixed number ahead of the one that was taken last. */
export class EpochReader {
  readonly #options: EpochReaderOptions;
  readonly #underWay: Promise<MadeBatch>[] = [];
  readonly #canceled: Int32Array = new Int32Array(new SharedArrayBuffer(4));
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
      const making = make(this.#begun, this.#canceled);
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

  /** Lets go of what is under way. */
  cancel(): void {
    Atomics.store(this.#canceled, 0, 1);
  }
}
