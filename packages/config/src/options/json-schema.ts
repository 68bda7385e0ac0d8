import { describeDefault, fixedDefault } from "./describe.ts";
import type { Option, OptionTable } from "./option.ts";

/** A JSON Schema, as far as this package writes them. */
export type JsonSchema = Readonly<Record<string, unknown>>;

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

function valueJsonSchema({ type, min, max, choices, isOpen }: Option): JsonSchema {
  const range = { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
  const word = choices === undefined || isOpen ? { type: "string", minLength: 1 } : { type: "string", enum: choices };
  const layer = { type: "integer", minimum: 0 };
  switch (type) {
    case "boolean":
    case "integer":
    case "number":
      return { type, ...range };
    case "text":
    case "choice":
      return word;
    case "words":
      return { type: "array", items: word };
    case "classes":
      return { type: "array", items: { anyOf: [layer, word] } };
    case "numbers":
      return { type: "array", items: { type: "number", ...range } };
    case "integers":
      return { anyOf: [layer, { type: "array", items: layer }] };
    case "sides": {
      const side = { type: "integer", ...range };
      return { anyOf: [side, { type: "array", items: side, minItems: 2, maxItems: 2 }] };
    }
  }
}

/** A table of options as JSON Schema of an object that has no other keys. */
export function tableJsonSchema(table: OptionTable): JsonSchema & { properties: Readonly<Record<string, JsonSchema>> } {
  const properties = Object.entries(table).map(([name, option]) => [name, optionJsonSchema(option)] as const);
  return { type: "object", additionalProperties: false, properties: Object.fromEntries(properties) };
}
