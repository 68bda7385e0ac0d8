export type { FamilySettings, LoadingRules, NmsDefaults } from "./families/family-settings.ts";
export type { SearchRange, SearchSpace } from "./families/search-space.ts";
export { familySettings } from "./families/table.ts";
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
