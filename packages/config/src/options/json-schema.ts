import { describeDefault, fixedDefault } from "./describe.ts";
import type { Option, OptionTable } from "./option.ts";
import { type JsonSchema, valueJsonSchema } from "./value-types.ts";

/** An option as JSON Schema. */
export function optionJsonSchema(option: Option): JsonSchema {
  const { help, label, group } = option;
  const words = describeDefault(option);
  const fixed = group === "recipe" ? undefined : fixedDefault(option);
  return {
    ...(label === undefined ? {} : { title: label }),
    description: words === undefined || option.required ? help : `${help} (default: ${words})`,
    ...(fixed === undefined ? {} : { default: fixed }),
    ...valueJsonSchema(option),
  };
}

/** A table of options as JSON Schema of an object that has no other keys. */
export function tableJsonSchema(table: OptionTable): JsonSchema & { properties: Readonly<Record<string, JsonSchema>> } {
  const properties = Object.entries(table).map(([name, option]) => [name, optionJsonSchema(option)] as const);
  return { type: "object", additionalProperties: false, properties: Object.fromEntries(properties) };
}
