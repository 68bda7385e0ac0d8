import { didYouMean, LookonceError } from "@lookonce/errors";
import type { Option, OptionTable } from "./option.ts";

/** Longest list of numbers that is accepted. */
const maxItems = 1000;

/** Whether a value, as programs write it, is one of the option's. */
export function accepts(option: Option, value: unknown): boolean {
  switch (option.type) {
    case "boolean":
      return typeof value === "boolean";
    case "integer":
    case "number":
      return isNumber(option, value);
    case "text":
      return typeof value === "string" && value !== "";
    case "choice":
      return isWord(option, value);
    case "words":
      return isList(value, (item) => isWord(option, item));
    case "classes":
      return isList(value, (item) => isWord(option, item) || (Number.isInteger(item) && (item as number) >= 0));
    case "numbers":
      return isList(value, (item) => isNumber(option, item));
    case "integers":
      return isLayer(value) || isList(value, isLayer);
    case "sides":
      return Array.isArray(value)
        ? value.length === 2 && value.every((side) => isSide(option, side))
        : isSide(option, value);
  }
}

function isNumber(
  { type, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Option,
  value: unknown,
): boolean {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  return value >= min && value <= max && (type !== "integer" || Number.isInteger(value));
}

function isSide(option: Option, value: unknown): boolean {
  return isNumber({ ...option, type: "integer" }, value);
}

function isLayer(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isWord({ choices, isOpen }: Option, value: unknown): boolean {
  if (typeof value !== "string" || value === "") return false;
  return choices === undefined || isOpen === true || choices.includes(value);
}

function isList(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.length <= maxItems && value.every(isItem);
}

/** What a value must be, for sentences: `a whole number from 1 to 100`. */
export function describeValue(option: Option): string {
  const { type, min, max, choices = [] } = option;
  const from = min === undefined ? "" : max === undefined ? ` of at least ${min}` : ` from ${min} to ${max}`;
  switch (type) {
    case "boolean":
      return "true or false";
    case "integer":
      return `a whole number${from}`;
    case "number":
      return `a number${from}`;
    case "text":
      return "a text";
    case "choice":
      return choices.length === 1 ? `"${choices[0]}"` : `one of ${choices.join(", ")}`;
    case "words":
      return choices.length === 0 ? "a list of texts" : `a list of ${choices.join(", ")}`;
    case "classes":
      return "a list of class names or numbers";
    case "numbers":
      return `a list of numbers${from}`;
    case "integers":
      return "a whole number or a list of them";
    case "sides":
      return `a whole number${from}, or [height, width]`;
  }
}

/**
 * Checks values, as programs write them, under their snake_case names.
 *
 * @param what who has these options, for sentences: `a job that is to train`
 * @throws LookonceError `ARGUMENT` for a name that the table does not have, with the nearest one, or a value that the option
 *   does not accept
 */
export function checkValues(
  table: OptionTable,
  values: Readonly<Record<string, unknown>>,
  { what, prefix = "" }: { what: string; prefix?: string },
): void {
  for (const [name, value] of Object.entries(values)) {
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    if (option === undefined) {
      const names = Object.keys(table);
      const hint = didYouMean(name, names) || ` There are ${names.join(", ")}.`;
      throw new LookonceError("ARGUMENT", `${what} has no option "${name}".${hint}`);
    }
    if (accepts(option, value)) continue;
    throw new LookonceError(
      "ARGUMENT",
      `${prefix}${name} must be ${describeValue(option)}, not ${JSON.stringify(value)}.`,
    );
  }
}
