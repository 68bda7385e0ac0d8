import { optionJsonSchema, tableJsonSchema } from "../options/json-schema.ts";
import { isSetBy, type OptionSchema, type OptionTable } from "../options/option.ts";
import type { JsonSchema } from "../options/value-types.ts";

/**
 * JSON Schema of a settings file, `cfg=my.yaml`: options of all commands at the top, of single ones under their names. An
 * empty value leaves an option unset.
 */
export function settingsSchema(schema: OptionSchema): JsonSchema {
  const tables = Object.entries(schema)
    .filter(([, { isTool }]) => isTool !== true)
    .map(([name, { summary, options }]) => [name, { summary, options: ofFiles(options) }] as const);
  const shared: Record<string, JsonSchema[]> = {};
  for (const [key, option] of tables.flatMap(([, { options }]) => Object.entries(options))) {
    shared[key] = [...(shared[key] ?? []), optional(optionJsonSchema(option))];
  }
  const sections = tables.map(([name, { summary, options }]) => {
    const { properties, ...rest } = tableJsonSchema(options);
    return [name, { ...rest, description: summary, properties: mapValues(properties, optional) }] as const;
  });
  return {
    type: "object",
    additionalProperties: false,
    properties: {
      ...mapValues(shared, anyOf),
      ...withoutClashes(Object.fromEntries(sections), mapValues(shared, anyOf)),
    },
  };
}

/** `json`, `verbose` and `cfg` belong on the command line. */
function ofFiles(options: OptionTable): OptionTable {
  return Object.fromEntries(
    Object.entries(options).filter(([key, option]) => key !== "json" && isSetBy(option, "cli")),
  );
}

/** `val` is an option of `train` and a command. */
function withoutClashes(
  sections: Record<string, JsonSchema>,
  keys: Record<string, JsonSchema>,
): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(sections).map(([name, section]) => [
      name,
      keys[name] === undefined ? section : { anyOf: [section, keys[name]] },
    ]),
  );
}

function optional(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: "null" }] };
}

function anyOf(schemas: readonly JsonSchema[]): JsonSchema {
  const distinct = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
  return distinct.length === 1 ? (distinct[0] as JsonSchema) : { anyOf: distinct };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
