import { LookonceError } from "@lookonce/errors";
import { textOf } from "@lookonce/files";
import { type Budget, cost } from "../budget.ts";
import { viewOf } from "../bytes.ts";

/** Reads numbers, lines and runs of bytes one after another; running past the end is a `FORMAT` error. */
export class Cursor {
  readonly name: string;
  readonly budget: Budget;
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** @param name what to call the data in errors */
  constructor(bytes: Uint8Array, name: string, budget: Budget) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.name = name;
    this.budget = budget;
  }

  /** A `FORMAT` error at the present position. */
  error(what: string): LookonceError {
    return new LookonceError("FORMAT", `${this.name}: damaged pickle, ${what} (at byte ${this.position})`);
  }

  #advance(count: number): number {
    const start = this.position;
    if (count > this.#bytes.length - start) {
      throw new LookonceError(
        "FORMAT",
        `${this.name}: the pickle ends early, at byte ${this.#bytes.length}; the file is truncated or damaged, download it again`,
      );
    }
    this.position = start + count;
    return start;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** An unsigned 64-bit count; counts beyond 2^53 cannot be met by any file and are an error. */
  u64(): number {
    const value = this.#view.getBigUint64(this.#advance(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.error(`a length of ${value}`);
    return Number(value);
  }

  f64(): number {
    return this.#view.getFloat64(this.#advance(8));
  }

  /** A view, not a copy, of the next bytes. */
  bytes(count: number): Uint8Array {
    const start = this.#advance(count);
    this.budget.charge(cost.view);
    return this.#bytes.subarray(start, start + count);
  }

  /** UTF-8 text of so many bytes. */
  text(count: number): string {
    const start = this.#advance(count);
    this.budget.charge(2 * count);
    return textOf(this.#bytes.subarray(start, this.position));
  }

  /** The text up to the next line feed, which is skipped. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    const text = this.text(end < 0 ? Number.POSITIVE_INFINITY : end - this.position);
    this.position++;
    return text;
  }
}
