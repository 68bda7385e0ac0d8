/** Numbers of pairs of an object and an identity, and how often each of both was there. */
export class PairCounts {
  readonly objects: Map<number, number> = new Map<number, number>();
  readonly predictions: Map<number, number> = new Map<number, number>();
  readonly #pairs = new Map<number, Map<number, number>>();

  /** Adds an amount to a pair. */
  add(object: number, prediction: number, amount = 1): void {
    const row = this.#pairs.get(object) ?? new Map<number, number>();
    this.#pairs.set(object, row);
    row.set(prediction, (row.get(prediction) ?? 0) + amount);
  }

  /** Counts what is in a frame. */
  see(objects: readonly number[], predictions: readonly number[]): void {
    for (const id of objects) this.objects.set(id, (this.objects.get(id) ?? 0) + 1);
    for (const id of predictions) this.predictions.set(id, (this.predictions.get(id) ?? 0) + 1);
  }

  of(object: number, prediction: number): number {
    return this.#pairs.get(object)?.get(prediction) ?? 0;
  }

  /** All pairs with an amount. */
  *[Symbol.iterator](): Generator<{ object: number; prediction: number; amount: number }> {
    for (const [object, row] of this.#pairs) {
      for (const [prediction, amount] of row) yield { object, prediction, amount };
    }
  }

  /** Boxes of an object and an identity together, without counting `shared` twice. */
  union(object: number, prediction: number, shared: number): number {
    return (this.objects.get(object) ?? 0) + (this.predictions.get(prediction) ?? 0) - shared;
  }
}
