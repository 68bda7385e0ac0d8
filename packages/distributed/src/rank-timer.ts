/** Measures the time during which at least one of several overlapping waits is pending. */
export class RankTimer {
  #pending = 0;
  #since = 0;
  #seconds = 0;

  get seconds(): number {
    return this.#pending === 0 ? this.#seconds : this.#seconds + (performance.now() - this.#since) / 1000;
  }

  async measure<T>(wait: Promise<T>): Promise<T> {
    if (this.#pending++ === 0) this.#since = performance.now();
    try {
      return await wait;
    } finally {
      if (--this.#pending === 0) this.#seconds += (performance.now() - this.#since) / 1000;
    }
  }
}
