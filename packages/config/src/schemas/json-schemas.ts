import type { FamilySettings } from "../families/family-settings.ts";
import { familySettings } from "../families/table.ts";
import { tableJsonSchema } from "../options/json-schema.ts";
import type { OptionSchema, OptionTable } from "../options/option.ts";
import { trackerOptions } from "../options/tracker-options.ts";
import type { JsonSchema } from "../options/value-types.ts";
import { hypKeys } from "../recipe/parse-hyp.ts";
import { settingsSchema } from "./settings-schema.ts";

/** The kinds of YAML files that there are JSON Schemas of. */
export type SchemaName = "settings" | "recipe" | "data" | "model" | "tracker";

const text = { type: "string", minLength: 1 } as const;
const count = { type: "integer", minimum: 1 } as const;
const source = (description: string): JsonSchema => ({ description, anyOf: [text, { type: "array", items: text }] });

const dataSchema: JsonSchema = {
  type: "object",
  required: ["train"],
  properties: {
    path: { ...text, description: "folder that the splits are relative to, itself relative to this file" },
    train: source("training images: a folder, a .txt list, a pattern, or a list of these"),
    val: source("validation images"),
    test: source("test images"),
    nc: { ...count, description: "number of classes" },
    names: {
      description: "class names by class number",
      anyOf: [
        { type: "array", items: { type: ["string", "number", "boolean"] }, minItems: 1 },
        { type: "object", patternProperties: { "^\\d+$": { type: ["string", "number", "boolean"] } } },
      ],
    },
    download: { description: "never followed; mentioned when images are missing" },
  },
};

const layer: JsonSchema = {
  type: "array",
  description: "[from, repeats, module, arguments]",
  minItems: 4,
  maxItems: 4,
  prefixItems: [
    {
      description: "layers that it reads: negative counts back",
      type: ["integer", "array"],
      items: { type: "integer" },
    },
    { description: "repeats before scaling by depth", ...count },
    { description: "module, such as Conv or C2f", ...text },
    { description: "its arguments", type: "array" },
  ],
};

const modelSchema: JsonSchema = {
  type: "object",
  required: ["backbone", "head"],
  properties: {
    nc: { ...count, description: "number of classes", default: 80 },
    ch: { ...count, description: "channels of the image", default: 3 },
    scales: {
      type: "object",
      description: "[depth, width, maximum channels] by the letter of the scale, such as n",
      additionalProperties: { type: "array", items: { type: "number" }, minItems: 2, maxItems: 3 },
    },
    scale: { ...text, description: "which of the scales" },
    depth_multiple: { type: "number", exclusiveMinimum: 0, description: "factor of the repeats" },
    width_multiple: { type: "number", exclusiveMinimum: 0, description: "factor of the channels" },
    max_channels: { ...count, description: "maximum channels before scaling by width" },
    activation: { ...text, description: "activation of all convolutions, such as nn.ReLU()", default: "nn.SiLU()" },
    anchors: {
      description: "anchors per level, or widths and heights of each level in pixels",
      type: ["integer", "array"],
    },
    reg_max: { ...count, description: "bins per side of an anchor-free box", default: 16 },
    end2end: {
      type: "boolean",
      description: "whether the head has a second branch, which finds every object once",
      default: false,
    },
    family: {
      description: "whose rules apply, where the layers do not show it",
      enum: Object.keys(familySettings),
    },
    backbone: { type: "array", items: layer },
    head: { type: "array", items: layer },
    names: { description: "class names", type: ["array", "object"] },
  },
};

/** A recipe file, `hyp=my.yaml`: its keys may be of any family. */
function recipeSchema(recipe: OptionTable): JsonSchema {
  const families = Object.values(familySettings);
  const hyps = new Set(families.flatMap((family: FamilySettings) => hypKeys(family)));
  const { properties, ...rest } = tableJsonSchema(
    Object.fromEntries(Object.entries(recipe).filter(([key]) => hyps.has(key))),
  );
  const ignored = families
    .flatMap(({ ignoredHyps }) => ignoredHyps)
    .map((key) => [key, { description: "of other tasks; ignored" }]);
  return { ...rest, properties: { ...properties, ...Object.fromEntries(ignored) } };
}

/** JSON Schemas of the YAML files that lookonce reads, for editors; lookonce itself reports mistakes with their lines. */
export function jsonSchemas(schema: OptionSchema, recipe: OptionTable): Readonly<Record<SchemaName, JsonSchema>> {
  const named = (title: string, body: JsonSchema): JsonSchema => ({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title,
    ...body,
  });
  return {
    settings: named("Settings of lookonce (cfg=)", settingsSchema(schema)),
    recipe: named("Hyper-parameters of a training (hyp=)", recipeSchema(recipe)),
    data: named("Data set of YOLO (data=)", dataSchema),
    model: named("Model of YOLO (model=)", modelSchema),
    tracker: named("Tracker (tracker=)", tableJsonSchema(trackerOptions)),
  };
}
