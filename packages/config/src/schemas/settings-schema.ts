import { optionJsonSchema } from "../options/json-schema.ts";
import { isSetBy, type OptionSchema } from "../options/option.ts";
import type { JsonSchema } from "../options/value-types.ts";

/**
 * JSON Schema of a settings file, `cfg=my.yaml`: options of all commands at the top, of single ones under their names. An
 * empty value leaves an option unset.
 */
export function settingsSchema(schema: OptionSchema): JsonSchema {
  const keys: Record<string, JsonSchema[]> = {};
  const sections: [name: string, section: JsonSchema][] = [];
  for (const [name, { summary, options, isTool }] of Object.entries(schema)) {
    if (isTool) continue;
    const own: Record<string, JsonSchema> = {};
    for (const [key, option] of Object.entries(options)) {
      // `json` belongs on the command line
      if (key === "json" || !isSetBy(option, "cli")) continue;
      own[key] = { anyOf: [optionJsonSchema(option), { type: "null" }] };
      keys[key] = [...(keys[key] ?? []), own[key]];
    }
    sections.push([name, { type: "object", additionalProperties: false, description: summary, properties: own }]);
  }
  const properties = Object.fromEntries(Object.entries(keys).map(([key, schemas]) => [key, anyOf(schemas)]));
  for (const [name, section] of sections) {
    const key = properties[name];
    // `val` is an option of `train` and a command
    properties[name] = key === undefined ? section : { anyOf: [section, key] };
  }
  return { type: "object", additionalProperties: false, properties };
}

function anyOf(schemas: readonly JsonSchema[]): JsonSchema {
  const distinct = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
  return distinct.length === 1 ? (distinct[0] as JsonSchema) : { anyOf: distinct };
}
