import type { FamilySettings } from "./family-settings.ts";
import { v8 } from "./v8.ts";

/** What families have in common that are trained by the rules of Ultralytics 8.4. */
export const ultralytics84: Omit<FamilySettings<"v8">, "name" | "title"> = {
  ...v8,
  minAssignedSide: true,
  groupOrder: ["weight", "norm", "bias"],
  longTrainings: { optimizer: "MuSGD", warmsToRecipe: true },
  scoring: { rules: "8.4", clipsBoxes: false, fitness: { map50: 0, map50_95: 1 }, raisesMaxDet: true },
};
