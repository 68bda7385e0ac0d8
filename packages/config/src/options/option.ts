import type { FamilySettings } from "../families/family-settings.ts";

/**
 * What the values of an option are.
 *
 * `integers` is one whole number or a list of them, `sides` one side or `[height, width]`, `classes` a list of names or
 * numbers.
 */
export type OptionType =
  | "boolean"
  | "integer"
  | "number"
  | "text"
  | "choice"
  | "words"
  | "numbers"
  | "integers"
  | "sides"
  | "classes";

/** Who may set an option: a command line or settings file, a program that calls the library, a request to the service. */
export type OptionSetter = "cli" | "library" | "server";

/** A value of an option. */
export type OptionValue = boolean | number | string | readonly number[] | readonly string[];

/** One option, under its snake_case name; the library's name is its camelCase form. */
export interface Option {
  readonly type: OptionType;
  /** One line: what it does. */
  readonly help: string;
  /** The value when it is not set, the same everywhere or by family; absent where it depends on something else. */
  readonly default?: OptionValue | ((family: FamilySettings) => OptionValue | undefined);
  /** The library's default where it differs from the command line's. */
  readonly libraryDefault?: OptionValue;
  /** The default in words, where it is not one value. */
  readonly defaultText?: string;
  readonly required?: boolean;
  /** Bounds of a number, of each number of a list and of each side, both allowed. */
  readonly min?: number;
  readonly max?: number;
  /** The words that a `choice`, or each word of a list, can be. */
  readonly choices?: readonly string[];
  /** Other words that are understood, in lower case, and the choice that each stands for. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Whether words beyond {@link choices} are passed on, to be refused with a better message. */
  readonly isOpen?: boolean;
  /** Whether the command line accepts several choices, with commas between; others accept one. */
  readonly isListOnCli?: boolean;
  /** What may be written for a text, such as `file.yaml`. */
  readonly expects?: string;
  /** Default: everyone. */
  readonly setBy?: readonly OptionSetter[];
  /** `recipe`: a hyper-parameter or training setting of the model's family, which has the default. */
  readonly group?: "recipe";
  /** The name in the web form, where it is shown among the first. */
  readonly label?: string;
}

/** Options by their snake_case names. */
export type OptionTable = Readonly<Record<string, Option>>;

/** The options of one command. */
export interface CommandSchema {
  /** One sentence: what the command does. */
  readonly summary: string;
  readonly options: OptionTable;
  /** Whether it is about lookonce itself, and so not in settings files. */
  readonly isTool?: boolean;
}

/** The options of all commands, by the commands' names. */
export type OptionSchema = Readonly<Record<string, CommandSchema>>;

/** Whether an option may be set by this side. */
export function isSetBy({ setBy }: Option, setter: OptionSetter): boolean {
  return setBy === undefined || setBy.includes(setter);
}

/** The options of a table that this side may set. */
export function optionsFor(table: OptionTable, setter: OptionSetter): OptionTable {
  return Object.fromEntries(Object.entries(table).filter(([, option]) => isSetBy(option, setter)));
}

/** `max_det` as the library writes it: `maxDet`. Recipe keys keep the names of YOLO's hyper-parameter files. */
export function libraryName(name: string, { group }: Pick<Option, "group"> = {}): string {
  return group === "recipe" ? name : name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Values under their snake_case names under the library's names: in camelCase, the recipe's apart under `recipe`, without
 * those that are not set.
 */
export function libraryValues(table: OptionTable, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  const recipe: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    if (values[name] === undefined) continue;
    (option.group === "recipe" ? recipe : named)[libraryName(name, option)] = values[name];
  }
  return Object.values(table).some(({ group }) => group === "recipe") ? { ...named, recipe } : named;
}
