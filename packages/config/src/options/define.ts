import type { Option, OptionSetter, OptionTable, OptionType } from "./option.ts";

/** What an option may have besides type, help and default. */
type Details = Omit<Partial<Option>, "type" | "help" | "default">;

/** Defines an option of a type: what it does, the value when it is not set, and what else it has. */
type Define = (help: string, byDefault?: Option["default"], details?: Details) => Option;

function ofType(type: OptionType): Define {
  return (help, byDefault, details) => ({
    type,
    help,
    ...(byDefault === undefined ? {} : { default: byDefault }),
    ...details,
  });
}

export const flag: Define = ofType("boolean");
export const integer: Define = ofType("integer");
export const number: Define = ofType("number");
export const numbers: Define = ofType("numbers");
export const integers: Define = ofType("integers");
export const sides: Define = ofType("sides");
export const classes: Define = ofType("classes");

/** Text of which `expects` is an example, such as `file.yaml`. */
export function text(expects: string, ...rest: Parameters<Define>): Option {
  return { ...ofType("text")(...rest), expects };
}

/** A list of texts. */
export const words: Define = ofType("words");

/** One of a few words. */
export function choice(choices: readonly string[], ...rest: Parameters<Define>): Option {
  return { ...ofType("choice")(...rest), choices };
}

/** Options that only some sides may set. */
export function setBy(setters: readonly OptionSetter[], table: OptionTable): OptionTable {
  return Object.fromEntries(Object.entries(table).map(([key, option]) => [key, { ...option, setBy: setters }]));
}
