import { LookonceError } from "@lookonce/errors";
import type { DetectionModel } from "@lookonce/nn";
import type { Recipe } from "../recipes/recipe.ts";
import type { Criterion } from "./criterion.ts";
import { V8Criterion } from "./v8-criterion.ts";

/** The criterion of a model's family, with a recipe's gains. */
export function makeCriterion(model: DetectionModel, { recipe }: { recipe: Recipe; imgsz: number }): Criterion {
  if (!("dfl" in recipe)) {
    throw new LookonceError("UNSUPPORTED", "training of YOLOv5 models is not there yet; YOLOv8 models can be trained");
  }
  const { box, cls, dfl } = recipe;
  return new V8Criterion(model, { box, cls, dfl });
}
