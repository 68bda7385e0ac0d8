import type { FamilySettings, HypFamily, RecipeOf } from "@lookonce/config";
import type { Criterion } from "@lookonce/loss";
import type { DetectionModel } from "@lookonce/nn";

/** Options of a criterion. */
export interface CriterionOptions<F extends HypFamily = HypFamily> {
  recipe: Readonly<RecipeOf<F>>;
  /** Side of the images, in pixels. */
  imgsz: number;
}

/**
 * What distinguishes a family of models: its settings, and its tasks' losses, which are loaded when they are created. How a
 * head decodes is a method of the head (`@lookonce/nn`), for typed arrays `decodeMaps` of `@lookonce/geometry`.
 *
 * @typeParam F whose hyper-parameter files its recipes follow
 */
export interface ModelFamily<F extends HypFamily = HypFamily> extends FamilySettings<F> {
  /**
   * Creates the loss of a model's task, with a recipe's gains.
   *
   * @throws LookonceError `ARGUMENT` for a task that the family has no loss for
   */
  createCriterion(model: DetectionModel, options: CriterionOptions<F>): Promise<Criterion>;
}
