import type { HypFamilies, HypFamily } from "../recipe/hyp.ts";
import type { OptimizerName, RecipeChanges, RecipeOf } from "../recipe/recipe.ts";
import type { SearchSpace } from "./search-space.ts";

/** Thresholds of non-maximum suppression. */
export interface NmsDefaults {
  /** Least confidence of a detection, 0 to 1. */
  conf: number;
  /** Largest IoU of two detections of a class, 0 to 1. */
  iou: number;
  /** Most detections an image. */
  maxDet: number;
}

/** How images are resized and padded when they are not augmented. */
export interface LoadingRules {
  /** Borders of a letterbox: both sides in whole pixels, or half of the whole border each. */
  padding: "rounded" | "exact";
  /** How the shorter side becomes a whole number when an image is loaded. */
  shorterSide: "ceil" | "truncate";
  /** How an image is shrunk for validation. */
  shrinking: "area" | "bilinear";
}

/** How the detections of a validation are scored. */
export interface ScoringRules {
  /** The release whose rules of matching and of average precision apply; see `RuleSet` of `@lookonce/metrics`. */
  rules: "7.0" | "8.4";
  /** Whether boxes are cut off at the image's border before they are matched with labels. */
  clipsBoxes: boolean;
  /** Least confidence of a detection in the confusion matrix. Absent: that of the validation. */
  confusionConf?: number;
  /** Weights of the average precisions in the fitness. */
  fitness: { map50: number; map50_95: number };
  /** Whether the default of the most detections an image grows to the most labels of one. */
  raisesMaxDet: boolean;
}

/** What `optimizer=auto` selects for trainings of more than 10,000 optimizer steps; shorter ones get AdamW. */
export interface LongTrainings {
  optimizer: OptimizerName;
  /** Whether warm-up ends at the recipe's momentum, not at 0.9. */
  warmsToRecipe: boolean;
}

/**
 * What distinguishes a family of models, as plain data. `ModelFamily` of `@lookonce/families` adds the functions.
 *
 * @typeParam F whose hyper-parameter files its recipes follow
 */
export interface FamilySettings<F extends HypFamily = HypFamily> {
  /** As `model.family` names it. */
  name: string;
  /** For people: `YOLOv8`. */
  title: string;
  /** Default thresholds of prediction and of validation. */
  nms: { predict: Readonly<NmsDefaults>; val: Readonly<NmsDefaults> };
  /** Whether boxes are written as offsets of anchors, which belong to the model and can be fitted to a data set. */
  hasAnchors: boolean;
  /** Whether decoded detections have an objectness between box and classes. */
  hasObjectness: boolean;
  /** Axes of the decoded output in exported files: images, anchors, channels. */
  outputLayout: "NAC" | "NCA";
  loading: Readonly<LoadingRules>;
  /** Pixels of an image per pixel of its label masks, where a validation is not part of a training. */
  valMaskRatio: number;
  /** Which pipeline of `@lookonce/augment` augments training images. */
  augmentation: HypFamily;
  /** The default recipe. */
  recipe: Readonly<RecipeOf<F>>;
  /** What the default recipe of a task has different, by the task's name. */
  taskRecipes: Readonly<Record<string, RecipeChanges>>;
  /** The default hyper-parameters, a part of the recipe. */
  hyp: Readonly<HypFamilies[F]>;
  /** Hyper-parameters that files may have although the default does not. */
  optionalHyps: readonly string[];
  /** Hyper-parameters that files may have and that have no effect: they are of other tasks, or of older releases. */
  ignoredHyps: readonly string[];
  /** Whether objects shorter than the second stride are assigned the anchors within that length (Ultralytics 8.4). */
  minAssignedSide: boolean;
  /** What the losses of tasks leave out that the family's own training has, in sentences, by the task's name. */
  lossNotes: Readonly<Record<string, string>>;
  /** After warm-up, an epoch has the learning rate of the epoch before it. */
  usesPreviousEpochLr: boolean;
  /** Order of the learning rates in `results.csv`, of optimizers without groups of their own. */
  groupOrder: readonly ["bias", "weight", "norm"] | readonly ["weight", "norm", "bias"];
  longTrainings: Readonly<LongTrainings>;
  scoring: Readonly<ScoringRules>;
  /** What an evolution changes, and the file that its best hyper-parameters are written to. */
  evolution: { space: SearchSpace; file: string };
}
