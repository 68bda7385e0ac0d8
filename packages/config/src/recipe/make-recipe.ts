import type { FamilySettings } from "../families/family-settings.ts";
import type { HypFamily } from "./hyp.ts";
import { checkRecipe, hypKeys } from "./parse-hyp.ts";
import type { RecipeChanges, RecipeOf } from "./recipe.ts";

/**
 * Returns a family's recipe of a task with some of its values replaced.
 *
 * @param task as `model.task` names it; the recipe of most tasks is that of the family
 * @throws LookonceError `ARGUMENT` for a key that the family's recipes do not have, or a value that is wrong or out of range
 */
export function makeRecipe<F extends HypFamily>(
  family: FamilySettings<F>,
  changes: RecipeChanges = {},
  task = "detect",
): RecipeOf<F> {
  const known = [...new Set([...Object.keys(family.recipe), ...hypKeys(family)])];
  return {
    ...family.recipe,
    ...family.taskRecipes[task],
    ...checkRecipe(changes, { family, known, noun: "", where: () => "recipe" }),
  } as RecipeOf<F>;
}
