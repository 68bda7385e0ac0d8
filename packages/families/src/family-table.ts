import { familySettings } from "@lookonce/config";
import { didYouMean, LookonceError } from "@lookonce/errors";
import type { ModelFamily } from "./model-family.ts";

const v5: ModelFamily<"v5"> = {
  ...familySettings.v5,
  async createCriterion(model, { recipe, imgsz }) {
    const { V5Criterion } = await import("@lookonce/loss");
    const { box, cls, obj, anchor_t, cls_pw, obj_pw, fl_gamma, label_smoothing, balance } = recipe;
    return new V5Criterion(model, {
      gains: { box, cls, obj },
      imgsz,
      balance,
      threshold: anchor_t,
      classPositiveWeight: cls_pw,
      objectPositiveWeight: obj_pw,
      focalGamma: fl_gamma,
      labelSmoothing: label_smoothing,
    });
  },
};

const v8: ModelFamily<"v8"> = {
  ...familySettings.v8,
  async createCriterion(model, { recipe: { box, cls, dfl } }) {
    const { V8Criterion } = await import("@lookonce/loss");
    return new V8Criterion(model, { box, cls, dfl });
  },
};

const families = new Map<string, ModelFamily>(Object.entries({ v5, v8 }));

/**
 * Returns the record of a family.
 *
 * @param name as `model.family` names it
 * @throws LookonceError `ARGUMENT` for a family that is not registered
 */
export function familyOf(name: string): ModelFamily {
  const family = families.get(name);
  if (family !== undefined) return family;
  const known = [...families.keys()];
  throw new LookonceError(
    "ARGUMENT",
    `There is no family "${name}"; there are ${known.join(", ")}.${didYouMean(name, known)}`,
  );
}

/** Adds a family to the table, or replaces the one of this name. */
export function registerFamily(family: ModelFamily): void {
  families.set(family.name, family);
}
