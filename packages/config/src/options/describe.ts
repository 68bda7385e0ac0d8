import type { FamilySettings } from "../families/family-settings.ts";
import { familySettings } from "../families/table.ts";
import type { Option, OptionSetter, OptionTable, OptionValue } from "./option.ts";

const families: readonly FamilySettings[] = Object.values(familySettings);

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

/** The default in words, `0.7, YOLOv5 0.45` or `YOLOv8 to YOLO26 0.4`, or `undefined` where there is nothing to say. */
export function describeDefault(option: Option, setter: OptionSetter = "cli"): string | undefined {
  const { default: byFamily, defaultText } = option;
  const shared = sharedDefault(option, setter);
  if (shared !== undefined) return String(shared);
  if (typeof byFamily !== "function") return defaultText;
  const runs: { first: string; last: string; value: OptionValue | undefined }[] = [];
  for (const family of families) {
    const value = byFamily(family);
    const run = runs.at(-1);
    if (run !== undefined && run.value === value) run.last = family.title;
    else runs.push({ first: family.title, last: family.title, value });
  }
  const newest = runs.every(({ value }) => value !== undefined) ? runs.at(-1)?.value : undefined;
  const own = runs.filter(({ value }) => value !== undefined && value !== newest);
  const words = own.map(({ first, last, value }) => `${first === last ? first : `${first} to ${last}`} ${value}`);
  return [...(newest === undefined ? [] : [String(newest)]), ...words].join(", ") || defaultText;
}

/** The fixed defaults of a table's options, under their own names. */
export function fixedDefaults(table: OptionTable, setter: OptionSetter = "cli"): Record<string, OptionValue> {
  const entries = Object.entries(table).map(([name, option]) => [name, fixedDefault(option, setter)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, OptionValue] => entry[1] !== undefined));
}
