import { LookonceError } from "@lookonce/errors";

/** Real checkpoints need at most 50 for each byte of their pickle, which has up to 2 MB. */
const limits = { base: 2 ** 26, perByte: 64, most: 2 ** 28 };

/**
 * Counts the memory that values of one file need, roughly, and stops a file that would need too much: a few bytes of a
 * pickle can copy a list of millions, or list the same tensors under millions of names. Where nothing is copied, work counts.
 */
export class Budget {
  readonly #name: string;
  readonly #limit: number;
  #used = 0;

  /** @param name what to call the file in errors @param size its bytes */
  constructor(name: string, size: number) {
    this.#name = name;
    this.#limit = Math.min(limits.base + limits.perByte * size, limits.most);
  }

  /** @throws LookonceError `FORMAT` when the file has used up its budget */
  charge(bytes: number): void {
    this.#used += bytes;
    if (this.#used <= this.#limit) return;
    const most = `${Math.round(this.#limit / 2 ** 20)} MB`;
    throw new LookonceError(
      "FORMAT",
      `${this.#name}: besides its tensors, its values would need more than ${most} of memory, as no model's do; it is damaged or made to do harm`,
    );
  }
}

/** Bytes of memory that values need, for a {@link Budget}: rounded up. */
export const cost = { slot: 40, list: 64, dict: 200, entry: 64, view: 160, object: 300, tensor: 512 } as const;

/**
 * What one more entry of a dict or set of `size` entries needs. V8 hashes numbers without a seed: a file may choose
 * thousands that all fall into one bucket, and every one is compared with all before it. Counting up from 0 does not.
 */
export function entryCost(key: unknown, size: number): number {
  return cost.entry + (typeof key === "string" || key === size ? 0 : size);
}
