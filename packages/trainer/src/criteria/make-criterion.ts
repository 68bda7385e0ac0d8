import type { Recipe } from "@lookonce/config";
import type { DetectionModel } from "@lookonce/nn";
import type { Criterion } from "./criterion.ts";
import { V5Criterion } from "./v5-criterion.ts";
import { V8Criterion } from "./v8-criterion.ts";

/** The criterion of a model's family, with a recipe's gains. @param imgsz side of the images, in pixels */
export function makeCriterion(model: DetectionModel, { recipe, imgsz }: { recipe: Recipe; imgsz: number }): Criterion {
  const { box, cls } = recipe;
  if ("dfl" in recipe) return new V8Criterion(model, { box, cls, dfl: recipe.dfl });
  const { obj, cls_pw, obj_pw, fl_gamma, anchor_t, label_smoothing = 0, balance = "fixed" } = recipe;
  return new V5Criterion(model, {
    ...{ gains: { box, cls, obj }, imgsz, balance, threshold: anchor_t },
    ...{ classPositiveWeight: cls_pw, objectPositiveWeight: obj_pw, focalGamma: fl_gamma },
    labelSmoothing: label_smoothing,
  });
}
