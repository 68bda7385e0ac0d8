import type { FamilySettings } from "../families/family-settings.ts";
import { familySettings } from "../families/table.ts";
import type { Option, OptionSetter, OptionTable, OptionValue } from "./option.ts";

const families: readonly FamilySettings[] = Object.values(familySettings);

/** What may be written for an option on the command line: `number 0..1`, `a|b`, `file.yaml`. */
export function expects(option: Option): string {
  const { type, min, max, choices } = option;
  if (option.expects !== undefined) return option.expects;
  if (choices !== undefined) return choices.join("|");
  const range = max === undefined ? `from ${min}` : `${min}..${max}`;
  switch (type) {
    case "boolean":
      return "true|false";
    case "integer":
      return `whole number ${range}`;
    case "number":
      return `number ${range}`;
    case "words":
    case "classes":
      return "cat,dog";
    case "numbers":
      return "0.9,0.1,0";
    case "integers":
      return "0,2,5";
    case "sides":
      return "side|height,width";
    default:
      return "text";
  }
}

/** The value that an option has when it is not set, where that is the same for all families. */
export function fixedDefault(option: Option, setter: OptionSetter = "cli"): OptionValue | undefined {
  if (setter !== "cli" && option.libraryDefault !== undefined) return option.libraryDefault;
  return typeof option.default === "function" ? undefined : option.default;
}

/** The default, also where it follows from the model's family, as long as all families agree. */
export function sharedDefault(option: Option, setter: OptionSetter = "cli"): OptionValue | undefined {
  const { default: byFamily } = option;
  if (typeof byFamily !== "function") return fixedDefault(option, setter);
  const [first, ...others] = families.map(byFamily);
  return others.every((value) => value === first) ? first : undefined;
}

/** The default in words, `0.7, YOLOv5 0.45`, or `undefined` where there is nothing to say. */
export function describeDefault(option: Option, setter: OptionSetter = "cli"): string | undefined {
  const { default: byFamily, defaultText } = option;
  const shared = sharedDefault(option, setter);
  if (shared !== undefined) return String(shared);
  if (typeof byFamily !== "function") return defaultText;
  const values = families.map((family) => ({ title: family.title, value: byFamily(family) }));
  const newest = values.every(({ value }) => value !== undefined) ? values.at(-1)?.value : undefined;
  const own = values.filter(({ value }) => value !== undefined && value !== newest);
  const words = own.map(({ title, value }) => `${title} ${value}`);
  return [...(newest === undefined ? [] : [String(newest)]), ...words].join(", ") || defaultText;
}

/** The fixed defaults of a table's options, under their own names. */
export function fixedDefaults(table: OptionTable, setter: OptionSetter = "cli"): Record<string, OptionValue> {
  const entries = Object.entries(table).map(([name, option]) => [name, fixedDefault(option, setter)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, OptionValue] => entry[1] !== undefined));
}
