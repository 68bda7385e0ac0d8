import type { Option, OptionType, OptionValue } from "./option.ts";

/** A JSON Schema, as far as this package writes them. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What distinguishes a type of values. */
interface ValueType {
  accepts(option: Option, value: unknown): boolean;
  /** The value that a text stands for; one that is not accepted when it stands for none. */
  read(option: Option, text: string): OptionValue | undefined;
  jsonSchema(option: Option): JsonSchema;
  /** What a value must be, for sentences. */
  describe(option: Option): string;
  /** What may be written on the command line. */
  expects(option: Option): string;
}

const number: ValueType = {
  accepts: isNumber,
  read: (_, text) => numberOf(text),
  jsonSchema: (option) => ({ type: option.type, ...rangeSchema(option) }),
  describe: (option) => `a number${rangeText(option)}`,
  expects: ({ min, max }) => `number ${max === undefined ? `from ${min}` : `${min}..${max}`}`,
};

const text: ValueType = {
  accepts: (_, value) => typeof value === "string" && value !== "",
  read: (_, written) => written,
  jsonSchema: wordSchema,
  describe: () => "a text",
  expects: () => "text",
};

const words: ValueType = {
  accepts: (option, value) => isList(value, (item) => isWord(option, item)),
  read: (option, written) => wordsOf(written).map((word) => wordOf(option, word)),
  jsonSchema: (option) => ({ type: "array", items: wordSchema(option) }),
  describe: ({ choices = [] }) => (choices.length === 0 ? "a list of texts" : `a list of ${choices.join(", ")}`),
  expects: () => "cat,dog",
};

const layer = { type: "integer", minimum: 0 };

/** The types of values, as `OptionType` explains them. */
const valueTypes: Readonly<Record<OptionType, ValueType>> = {
  boolean: {
    accepts: (_, value) => typeof value === "boolean",
    read: (_, written) =>
      /^(true|1|yes|on|false|0|no|off)$/i.test(written) ? /^(t|1|y|on)/i.test(written) : undefined,
    jsonSchema: () => ({ type: "boolean" }),
    describe: () => "true or false",
    expects: () => "true|false",
  },
  number,
  integer: {
    ...number,
    accepts: (option, value) => isNumber(option, value) && Number.isInteger(value),
    describe: (option) => `a whole number${rangeText(option)}`,
    expects: (option) => `whole ${number.expects(option)}`,
  },
  text,
  choice: {
    ...text,
    accepts: isWord,
    read: wordOf,
    describe: ({ choices = [] }) => (choices.length === 1 ? `"${choices[0]}"` : `one of ${choices.join(", ")}`),
  },
  words,
  classes: {
    accepts: (option, value) => isList(value, (item) => isWord(option, item) || isLayer(item)),
    read: (_, written) => wordsOf(written),
    jsonSchema: (option) => ({ type: "array", items: { anyOf: [layer, wordSchema(option)] } }),
    describe: () => "a list of class names or numbers",
    expects: words.expects,
  },
  numbers: {
    accepts: (option, value) => isList(value, (item) => isNumber(option, item)),
    read: (_, written) => wordsOf(written).map(numberOf),
    jsonSchema: (option) => ({ type: "array", items: { type: "number", ...rangeSchema(option) } }),
    describe: (option) => `a list of numbers${rangeText(option)}`,
    expects: () => "0.9,0.1,0",
  },
  integers: {
    accepts: (_, value) => isLayer(value) || isList(value, isLayer),
    read: (_, written) => oneOrMore(wordsOf(written).map((word) => (/^\d+$/.test(word) ? Number(word) : Number.NaN))),
    jsonSchema: () => ({ anyOf: [layer, { type: "array", items: layer }] }),
    describe: () => "a whole number or a list of them",
    expects: () => "0,2,5",
  },
  sides: {
    accepts: (option, value) => {
      const sides: unknown[] = Array.isArray(value) && value.length === 2 ? value : [value];
      return sides.every((side) => isNumber(option, side) && Number.isInteger(side));
    },
    read: (_, written) => {
      const bare = written.trim().replace(/^[[(](.*)[\])]$/, "$1");
      return oneOrMore(bare.split(/\s*[,x×]\s*/).map(numberOf));
    },
    jsonSchema: (option) => {
      const side = { type: "integer", ...rangeSchema(option) };
      return { anyOf: [side, { type: "array", items: side, minItems: 2, maxItems: 2 }] };
    },
    describe: (option) => `a whole number${rangeText(option)}, or [height, width]`,
    expects: () => "side|height,width",
  },
};

/** Whether a value, as programs write it, is one of the option's. */
export function accepts(option: Option, value: unknown): boolean {
  return valueTypes[option.type].accepts(option, value);
}

/** The value that a text stands for on a command line or in a form, or `undefined` when the option does not accept it. */
export function readText(option: Option, written: string): OptionValue | undefined {
  if (option.isListOnCli) {
    const list = words.read(option, written) as string[];
    return list.every((word) => accepts(option, word)) ? list : undefined;
  }
  const value = valueTypes[option.type].read(option, written);
  return accepts(option, value) ? value : undefined;
}

/** What a value must be, for sentences: `a whole number from 1 to 100`. */
export function describeValue(option: Option): string {
  return valueTypes[option.type].describe(option);
}

/** What may be written for an option on the command line: `number 0..1`, `a|b`, `file.yaml`. */
export function expects(option: Option): string {
  return option.expects ?? option.choices?.join("|") ?? valueTypes[option.type].expects(option);
}

/** The values of an option as JSON Schema. */
export function valueJsonSchema(option: Option): JsonSchema {
  return valueTypes[option.type].jsonSchema(option);
}

function isNumber({ min = -Infinity, max = Infinity }: Option, value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= min && value <= max;
}

function isLayer(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function isWord({ choices, isOpen }: Option, value: unknown): boolean {
  if (typeof value !== "string" || value === "") return false;
  return choices === undefined || isOpen === true || choices.includes(value);
}

/** Longer lists than a thousand are refused. */
function isList(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.length <= 1000 && value.every(isItem);
}

function rangeText({ min, max }: Option): string {
  if (min === undefined) return "";
  return max === undefined ? ` of at least ${min}` : ` from ${min} to ${max}`;
}

function rangeSchema({ min, max }: Option): JsonSchema {
  return { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
}

function wordSchema({ choices, isOpen }: Option): JsonSchema {
  return choices === undefined || isOpen ? { type: "string", minLength: 1 } : { type: "string", enum: choices };
}

function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** `cat,dog` or `[cat, dog]`. */
function wordsOf(text: string): string[] {
  const bare = text.replace(/^\[(.*)\]$/, "$1");
  return bare.split(",").map((word) => word.trim());
}

function oneOrMore(list: number[]): OptionValue | undefined {
  return list.length === 1 ? list[0] : list;
}

/** A choice in any case, with dashes or underscores, as it is listed; other words as they are. */
function wordOf({ choices = [], aliases = {} }: Option, word: string): string {
  const plain = (text: string): string => text.toLowerCase().replaceAll("_", "-");
  const alias = word.toLowerCase();
  const listed = choices.find((choice) => plain(choice) === plain(word));
  return listed ?? (Object.hasOwn(aliases, alias) ? (aliases[alias] as string) : word);
}
