import { LookonceError, show } from "@lookonce/errors";

/** The largest size that an argument may have: far beyond any use, small enough to be counted. */
const largest = 1_000_000;

/** Reads the arguments of one layer of a model file in order, and says what is wrong with them. */
export class Args {
  readonly #values: readonly unknown[];
  readonly #where: string;
  #next = 0;

  /** @param where file, layer and module, for errors */
  constructor(values: readonly unknown[], where: string) {
    this.#values = values;
    this.#where = where;
  }

  /** The arguments from `start` on as they were given, for the model's table. */
  given(start: number): unknown[] {
    return this.#values.slice(start);
  }

  /** The next argument, a whole number of at least 1. */
  size(name: string, preset?: number): number {
    return this.#checked(name, preset, `a whole number from 1 to ${largest}`, isSize);
  }

  /** The next argument, an odd whole number. */
  odd(name: string, preset?: number): number {
    return this.#checked(name, preset, "an odd whole number", (v): v is number => isSize(v) && v % 2 === 1);
  }

  /** The next argument, a list of odd whole numbers. */
  odds(name: string, preset?: number[]): number[] {
    const valid = (v: unknown): v is number[] =>
      Array.isArray(v) && v.length > 0 && v.every((side) => isSize(side) && side % 2 === 1);
    return this.#checked(name, preset, "a list of odd whole numbers", valid);
  }

  /** The next argument, a whole number of at least 0, or `undefined` when absent or None. */
  optionalWhole(name: string): number | undefined {
    const valid = (v: unknown): v is number | null => v === null || v === 0 || isSize(v);
    return this.#checked<number | null>(name, null, "a whole number or None", valid) ?? undefined;
  }

  /** The next argument, true or false. */
  flag(name: string, preset?: boolean): boolean {
    return this.#checked(name, preset, "True or False", (v) => typeof v === "boolean");
  }

  /** The next argument, a number above 0. */
  share(name: string, preset?: number): number {
    return this.#checked(name, preset, "a number above 0", (v): v is number => Number.isFinite(v) && (v as number) > 0);
  }

  /** The next argument, which can have only one value. */
  exactly(name: string, expected: unknown, preset?: unknown): void {
    this.#checked(name, preset, JSON.stringify(expected), (v): v is unknown => v === expected);
  }

  /** The next argument as it is, `undefined` when absent. */
  any(): unknown {
    return this.#values[this.#next++];
  }

  /** Fails unless `groups` divides every one of the channel counts. */
  divides(name: string, groups: number, ...channels: number[]): void {
    const odd = channels.find((count) => count % groups !== 0);
    if (odd !== undefined) throw this.error(`${name} is ${groups}, which does not divide ${odd} channels`);
  }

  /** Fails when arguments are left over. */
  finish(): void {
    if (this.#values.length > this.#next) {
      throw this.error(`takes at most ${this.#next} arguments, but ${this.#values.length} are given`);
    }
  }

  /** An error about this layer. */
  error(reason: string): LookonceError {
    return new LookonceError("ARGUMENT", `${this.#where}: ${reason}`);
  }

  #checked<T>(name: string, preset: T | undefined, expected: string, valid: (value: unknown) => value is T): T {
    const index = this.#next++;
    const value = index < this.#values.length ? this.#values[index] : preset;
    if (value === undefined) throw this.error(`argument ${index + 1} (${name}) is missing: ${expected} is expected`);
    if (valid(value)) return value;
    throw this.error(`argument ${index + 1} (${name}) is ${show(value)}: ${expected} is expected`);
  }
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= largest;
}
