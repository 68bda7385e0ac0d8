export type {
  FamilySettings,
  LoadingRules,
  LongTrainings,
  NmsDefaults,
  ScoringRules,
} from "./families/family-settings.ts";
export type { SearchRange, SearchSpace } from "./families/search-space.ts";
export { type FamilyName, familySettings, isFamilyName } from "./families/table.ts";
export type * from "./generated/option-types.ts";
export { checkValues } from "./options/check-values.ts";
export { describeDefault, fixedDefault, sharedDefault } from "./options/describe.ts";
export { tableJsonSchema } from "./options/json-schema.ts";
export { optionsMarkdown, replaceRegions } from "./options/markdown.ts";
export {
  type CommandSchema,
  libraryValues,
  type Option,
  type OptionSchema,
  type OptionTable,
  optionsFor,
} from "./options/option.ts";
export {
  benchmarkFormats,
  type QuickstartModel,
  quickstartModels,
  sampleWeights,
  shells,
} from "./options/other-options.ts";
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
export { trackerOptions } from "./options/tracker-options.ts";
export { accepts, expects, type JsonSchema, readText } from "./options/value-types.ts";
export type { AugmentationHyp, HypFamilies, HypFamily, V5Hyp, V8Hyp } from "./recipe/hyp.ts";
export { makeRecipe } from "./recipe/make-recipe.ts";
export { hypKeys, type ParseHypOptions, parseHyp } from "./recipe/parse-hyp.ts";
export { type HypPreset, hypPreset, hypPresets } from "./recipe/presets.ts";
export { type OptimizerName, optimizerNames, type Recipe, type RecipeChanges, type RecipeOf } from "./recipe/recipe.ts";
export { jsonSchemas, type SchemaName } from "./schemas/json-schemas.ts";
export { defaultImgsz, type TaskName, type TaskSettings, taskNames, taskSettings } from "./tasks.ts";
export { parseTracker, trackerPresets } from "./tracker/parse-tracker.ts";
