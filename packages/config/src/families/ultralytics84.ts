import type { FamilySettings } from "./family-settings.ts";
import { v8 } from "./v8.ts";

/** What families have in common that are trained by the rules of Ultralytics 8.4. */
export const ultralytics84: Omit<FamilySettings<"v8">, "name" | "title"> = { ...v8, minAssignedSide: true };
