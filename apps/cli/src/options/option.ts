/** One `key=value` of a command: how it is read, what it stands for when it is not given, and what help says of it. */
export interface Option<T> {
  /** One line for `lookonce help`. */
  readonly help: string;
  /** What may be written, e.g. `0..1` or `a|b`. */
  readonly expects: string;
  /** The value when the key is not given. */
  readonly fallback: T | undefined;
  readonly required: boolean;
  /** May be written without a value. */
  readonly isFlag: boolean;
  /** The words that it can be, where these are few. */
  readonly choices?: readonly string[];
  /** What to say of a value that is understood in another way than it is written, e.g. as another program does. */
  notice?(text: string): string | undefined;
  /** What to say of a value that cannot be read, where more helps than what is expected. */
  explain?(text: string): string | undefined;
  /** The value that a text stands for, or `undefined` when it stands for none. */
  read(text: string): T | undefined;
}

/** The options of a command by their keys. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values of a table's options. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never;
};

/** What all kinds of options say. */
interface Spec<F> {
  help: string;
  fallback: F;
}

/** Bounds of a number, both allowed. */
interface NumberSpec<F> extends Spec<F> {
  min: number;
  max?: number;
}

/** A text that must be given. */
export function requiredText(help: string, expects: string): Option<string> {
  return { help, expects, fallback: undefined, required: true, isFlag: false, read: nonEmpty };
}

/** A text: a path, a name. */
export function text<F extends string | undefined>(spec: Spec<F> & { expects: string }): Option<string | F> {
  return { ...spec, required: false, isFlag: false, read: nonEmpty };
}

/** One of a few words; `aliases` are others that are understood, in lower case. */
export function choice<const C extends string, const F extends C | undefined>(
  words: readonly C[],
  { aliases = {}, ...spec }: Spec<F> & { aliases?: Readonly<Record<string, C>> },
): Option<C | F> {
  const read = (given: string): C | undefined =>
    words.find((word) => word.toLowerCase() === given.toLowerCase()) ??
    (Object.hasOwn(aliases, given.toLowerCase()) ? aliases[given.toLowerCase()] : undefined);
  return { ...spec, expects: words.join("|"), required: false, isFlag: false, choices: words, read };
}

/** A finite number within bounds. */
export function number<F extends number | undefined>(spec: NumberSpec<F>): Option<number | F> {
  return { ...spec, expects: range(spec), required: false, isFlag: false, read: (given) => readNumber(given, spec) };
}

/** A whole number within bounds. */
export function integer<F extends number | undefined>(spec: NumberSpec<F>): Option<number | F> {
  const read = (given: string): number | undefined => {
    const value = readNumber(given, spec);
    return Number.isInteger(value) ? value : undefined;
  };
  return { ...spec, expects: `whole ${range(spec)}`, required: false, isFlag: false, read };
}

/** Whole numbers from 0, `0,2,5` or `[0, 2, 5]`. */
export function integers(help: string): Option<number[] | undefined> {
  const read = (given: string): number[] | undefined => {
    const items = given.replace(/^\[(.*)\]$/, "$1").split(",");
    return items.every((item) => /^\s*\d+\s*$/.test(item)) ? items.map(Number) : undefined;
  };
  return { help, expects: "0,2,5", fallback: undefined, required: false, isFlag: false, read };
}

/** Numbers from 0, `0.9,0.1,0` or `[0.9, 0.1, 0]`. */
export function numbers(spec: Spec<number[] | undefined>): Option<number[] | undefined> {
  const read = (given: string): number[] | undefined => {
    const items = given.replace(/^\[(.*)\]$/, "$1").split(",");
    const values = items.map((item) => readNumber(item, { ...spec, min: 0 }));
    return values.every((value) => value !== undefined) ? values : undefined;
  };
  return { ...spec, expects: "0.9,0.1,0", required: false, isFlag: false, read };
}

/** Words with commas between, `cat,dog` or `[cat, dog]`. */
export function words(spec: Spec<string[] | undefined>): Option<string[] | undefined> {
  const read = (given: string): string[] | undefined => {
    const items = given.replace(/^\[(.*)\]$/, "$1").split(",");
    const trimmed = items.map((item) => item.trim());
    return trimmed.every((item) => item !== "") ? trimmed : undefined;
  };
  return { ...spec, expects: "cat,dog", required: false, isFlag: false, read };
}

const truth = new Map([
  ...["true", "1", "yes", "on"].map((word) => [word, true] as const),
  ...["false", "0", "no", "off"].map((word) => [word, false] as const),
]);

/** Yes or no; the key alone means yes. */
export function flag<F extends boolean | undefined>(spec: Spec<F>): Option<boolean | F> {
  return {
    ...spec,
    expects: "true|false",
    required: false,
    isFlag: true,
    choices: ["true", "false"],
    read: (given) => truth.get(given.toLowerCase()),
  };
}

function nonEmpty(given: string): string | undefined {
  return given === "" ? undefined : given;
}

function readNumber(given: string, { min, max = Number.POSITIVE_INFINITY }: NumberSpec<unknown>): number | undefined {
  const value = given.trim() === "" ? Number.NaN : Number(given);
  return Number.isFinite(value) && value >= min && value <= max ? value : undefined;
}

function range({ min, max }: NumberSpec<unknown>): string {
  return max === undefined ? `number from ${min}` : `number ${min}..${max}`;
}
