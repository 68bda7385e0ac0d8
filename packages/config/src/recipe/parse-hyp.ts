import { didYouMean, LookonceError, show } from "@lookonce/errors";
import type { FamilySettings } from "../families/family-settings.ts";
import { familySettings } from "../families/table.ts";
import { recipeOptions } from "../options/recipe-options.ts";
import { accepts, describeValue } from "../options/value-types.ts";
import type { HypFamilies, HypFamily } from "./hyp.ts";

/** Options of {@link parseHyp}. */
export interface ParseHypOptions<F extends HypFamily> {
  family: FamilySettings<F>;
  /** Name of the values in errors, such as a file's name. Default `hyper-parameters`. */
  name?: string;
  /** Values of missing keys. Default: the family's. */
  base?: Readonly<HypFamilies[F]>;
  /** Place of a key for errors, e.g. its line. Default: none. */
  place?: (key: string) => string;
}

/**
 * Checks hyper-parameters under their YAML names and fills in those that are missing.
 *
 * Keys that YOLOv8 no longer reads (`crop_fraction`) are left out.
 *
 * @throws LookonceError `ARGUMENT` for a key that the family does not have, or a value that is no number or out of range
 */
export function parseHyp<F extends HypFamily>(values: object, options: ParseHypOptions<F>): HypFamilies[F] {
  const { family, name = "hyper-parameters", place = () => "" } = options;
  const where = (key: string): string => `${name}${place(key)}`;
  const checked = checkRecipe(values, { family, known: hypKeys(family), noun: "hyper-parameter ", where });
  return { ...(options.base ?? family.hyp), ...checked } as HypFamilies[F];
}

interface RecipeKeys {
  family: FamilySettings;
  /** Keys that may be set. */
  known: readonly string[];
  /** What messages call a key, with a space behind it. */
  noun: string;
  /** Where a key was written, for messages. */
  where: (key: string) => string;
}

/** Refuses unknown keys and values of a recipe, as {@link parseHyp}; keys that only other tasks have are left out. */
export function checkRecipe(values: object, { family, known, noun, where }: RecipeKeys): object {
  const entries = Object.entries(values).filter(
    ([key, value]) => value !== undefined && !family.ignoredHyps.includes(key),
  );
  for (const [key, value] of entries) {
    const option = known.includes(key) ? recipeOptions[key] : undefined;
    if (option === undefined) {
      const other = Object.values(familySettings).find((one: FamilySettings) => hypKeys(one).includes(key));
      const hint = other === undefined ? didYouMean(key, known) : ` It is one of ${other.title}.`;
      const sentence = `${family.title} has no ${noun}"${key}"; it has ${known.join(", ")}.${hint}`;
      throw new LookonceError("ARGUMENT", `${where(key)}: ${sentence}`);
    }
    if (accepts(option, value)) continue;
    const expected = describeValue(option);
    throw new LookonceError("ARGUMENT", `${where(key)}: ${key} must be ${expected}, not ${show(value)}.`);
  }
  return Object.fromEntries(entries);
}

/** All hyper-parameters that a family's files may set. */
export function hypKeys({ hyp, optionalHyps }: FamilySettings): string[] {
  return [...Object.keys(hyp), ...optionalHyps];
}
