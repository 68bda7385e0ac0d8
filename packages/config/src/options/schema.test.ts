import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { jsonSchemas } from "../schemas/json-schemas.ts";
import { libraryMarkdown, optionsMarkdown, replaceRegions } from "./markdown.ts";
import { type Option, type OptionSchema, optionsFor } from "./option.ts";
import { recipeOptions } from "./recipe-options.ts";
import { optionSchema } from "./schema.ts";
import { optionTypes } from "./test-option-types.ts";
import { trackerOptions } from "./tracker-options.ts";

// `npm run generate` rewrites all files that these tests compare.
describe("what is derived from the schema", () => {
  it("TypeScript types", async () => {
    await expect(optionTypes(optionSchema, recipeOptions, trackerOptions)).toMatchFileSnapshot(
      "../generated/option-types.ts",
    );
  });

  it.each([
    ["predict", libraryMarkdown(optionsFor(optionSchema.predict.options, "library"))],
    ["tracking", optionsMarkdown(trackerOptions)],
  ])("the table of docs/%s.md", async (name, table) => {
    const page = `../../../../docs/${name}.md`;
    const text = readFileSync(new URL(page, import.meta.url), "utf8");
    const region = name === "tracking" ? "tracker" : name;
    await expect(replaceRegions(text, { [region]: table })).toMatchFileSnapshot(page);
  });

  it.each(Object.entries(jsonSchemas(optionSchema, recipeOptions)))("the JSON Schema of %s", async (name, schema) => {
    const text = `${JSON.stringify(schema, undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot(`../../schemas/${name}.schema.json`);
  });
});

describe("an option that is added", () => {
  const warp: Option = { type: "number", help: "strength of the warp", default: 0.5, min: 0, max: 1 };
  const { train } = optionSchema;
  const schema: OptionSchema = { ...optionSchema, train: { ...train, options: { ...train.options, warp_gain: warp } } };

  it("appears in types, JSON Schema and tables", () => {
    expect(optionTypes(schema, recipeOptions, trackerOptions)).toContain(
      "  /** Strength of the warp. Default: 0.5. */\n  warpGain?: number;",
    );
    const json = {
      description: "strength of the warp (default: 0.5)",
      default: 0.5,
      type: "number",
      minimum: 0,
      maximum: 1,
    };
    const settings = jsonSchemas(schema, recipeOptions).settings as unknown as {
      properties: { warp_gain: object; train: { anyOf: [{ properties: { warp_gain: object } }] } };
    };
    expect(settings.properties.warp_gain).toEqual({ anyOf: [json, { type: "null" }] });
    expect(settings.properties.train.anyOf[0].properties.warp_gain).toEqual({ anyOf: [json, { type: "null" }] });
    const options = schema.train?.options ?? {};
    expect(optionsMarkdown(options)).toContain("| `warp_gain` | number 0..1 | `0.5` | strength of the warp |");
    expect(libraryMarkdown(options)).toContain("| `warp_gain` | `warpGain` | `0.5` | strength of the warp |");
  });
});

it("replaceRegions fills the regions of a page", () => {
  const page = "a\n<!-- options: x -->\nold\n<!-- /options -->\nb\n";
  expect(replaceRegions(page, { x: "new" })).toBe("a\n<!-- options: x -->\n\nnew\n\n<!-- /options -->\nb\n");
  expect(() => replaceRegions(page, {})).toThrow('region "x"');
  expect(() => replaceRegions(page, { x: "", y: "" })).toThrow("no region y");
});
