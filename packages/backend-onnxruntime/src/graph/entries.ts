import type { DataId } from "@tensorflow/tfjs-core";

const key = Symbol("lookonce entry");

/** A data id of tfjs with its entry in one table. */
type Tagged<T> = DataId & { [key]?: { owner: Entries<T>; entry: T } };

/**
 * What a backend knows of each of tfjs's data ids.
 *
 * Entries are properties of the ids themselves: a training step makes and drops thousands of them, and the weak map of
 * tfjs-core's own `DataStorage` makes the garbage collector visit every one.
 */
export class Entries<T> {
  #count = 0;

  /** The entry of an id, or `undefined`. */
  find(id: DataId): T | undefined {
    const tag = (id as Tagged<T>)[key];
    return tag?.owner === this ? tag.entry : undefined;
  }

  set(id: DataId, entry: T): void {
    if (this.find(id) === undefined) this.#count++;
    (id as Tagged<T>)[key] = { owner: this, entry };
  }

  delete(id: DataId): void {
    if (this.find(id) === undefined) return;
    this.#count--;
    (id as Tagged<T>)[key] = undefined as never;
  }

  /** How many ids have an entry. */
  get count(): number {
    return this.#count;
  }
}
