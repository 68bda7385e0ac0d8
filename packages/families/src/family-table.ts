import { familySettings } from "@lookonce/config";
import type { ModelFamily } from "./model-family.ts";
import { recordTable } from "./record-table.ts";

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

const families = recordTable<ModelFamily>("family", [v5, v8]);

/** Returns the record of a family, by `model.family`. @throws LookonceError `ARGUMENT` for one that is not registered */
export const familyOf: (name: string) => ModelFamily = families.get;

/** Adds a family to the table, or replaces the one of this name. */
export const registerFamily: (family: ModelFamily) => void = families.add;
