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
    return this.#checked(
      name,
      preset,
      "a list of odd whole numbers",
      isList((v) => isSize(v) && v % 2 === 1),
    );
  }

  /** The next argument, a list of whole numbers of at least 1. */
  sizes(name: string): number[] {
    return this.#checked(name, undefined, `a list of whole numbers from 1 to ${largest}`, isList(isSize));
  }

  /** The next argument, a list of whole numbers of at least 0. */
  wholes(name: string): number[] {
    return this.#checked(
      name,
      undefined,
      "a list of whole numbers",
      isList((v) => v === 0 || isSize(v)),
    );
  }

  /** The next argument, a whole number of at least 1, or `undefined` where it is −1. */
  sizeOrNone(name: string, preset?: number): number | undefined {
    const valid = (v: unknown): v is number => v === -1 || isSize(v);
    const size = this.#checked(name, preset, `a whole number from 1 to ${largest}, or -1`, valid);
    return size === -1 ? undefined : size;
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

  /** The next argument, a head's number of classes, which is the model's. */
  classes(nc: number): void {
    const classes = this.size("classes");
    if (classes !== nc) throw this.error(`has ${classes} classes where nc is ${nc}: write nc in place of the number`);
  }

  /** The next argument, a number of keypoints and of values of each, 2 or 3. */
  keypointShape(name: string): readonly [count: number, values: number] {
    return this.#checked(name, undefined, keypointShapeExpected, isKeypointShape);
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

/** What a number of keypoints and of values of each has to be. */
export const keypointShapeExpected =
  "[keypoints, values of each], such as [17, 3], up to 1000 keypoints of 2 or 3 values";

/** Whether this is a number of keypoints and of values of each. */
export function isKeypointShape(value: unknown): value is readonly [count: number, values: number] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [count, values] = value as [unknown, unknown];
  return (
    Number.isInteger(count) && (count as number) >= 1 && (count as number) <= 1000 && (values === 2 || values === 3)
  );
}

/** Whether a value is a list of at least one number, each of which is valid. */
function isList(valid: (item: unknown) => boolean): (value: unknown) => value is number[] {
  return (value): value is number[] => Array.isArray(value) && value.length > 0 && value.every(valid);
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= largest;
}
