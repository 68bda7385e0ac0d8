export type { FamilySettings, LoadingRules, NmsDefaults } from "./families/family-settings.ts";
export type { SearchRange, SearchSpace } from "./families/search-space.ts";
export { familySettings } from "./families/table.ts";
export type * from "./generated/option-types.ts";
export { accepts, checkValues, describeValue } from "./options/check-value.ts";
export { describeDefault, expects, fixedDefault, fixedDefaults, sharedDefault } from "./options/describe.ts";
export { type JsonSchema, optionJsonSchema, tableJsonSchema } from "./options/json-schema.ts";
export { libraryMarkdown, optionsMarkdown, replaceRegions } from "./options/markdown.ts";
export {
  type CommandSchema,
  isSetBy,
  libraryName,
  libraryValues,
  type Option,
  type OptionSchema,
  type OptionSetter,
  type OptionTable,
  type OptionType,
  type OptionValue,
  optionsFor,
} from "./options/option.ts";
export { benchmarkFormats, shells } from "./options/other-options.ts";
export { readText } from "./options/read-text.ts";
export { recipeOptions } from "./options/recipe-options.ts";
export { type CommandName, optionSchema, type ResolvedArgs, withDefaults } from "./options/schema.ts";
export {
  type DeviceName,
  deviceNames,
  exportFormatNames,
  generalOptions,
  type OnnxRuntimeDevice,
  onnxRuntimeDevices,
  tensorFlowDevices,
} from "./options/shared-options.ts";
export type {
  AugmentationHyp,
  CopyPasteMode,
  HypFamilies,
  HypFamily,
  OptimizerHyp,
  V5Hyp,
  V8Hyp,
} from "./recipe/hyp.ts";
export { makeRecipe } from "./recipe/make-recipe.ts";
export { hypKeys, type ParseHypOptions, parseHyp } from "./recipe/parse-hyp.ts";
export { type HypPreset, hypPreset, hypPresets, type PresetHyp } from "./recipe/presets.ts";
export {
  type OptimizerName,
  optimizerNames,
  type Recipe,
  type RecipeChanges,
  type RecipeOf,
  type TrainingSettings,
} from "./recipe/recipe.ts";
export { jsonSchemas, type SchemaName } from "./schemas/json-schemas.ts";
