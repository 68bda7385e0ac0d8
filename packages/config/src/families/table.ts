import type { FamilySettings } from "./family-settings.ts";
import { v5 } from "./v5.ts";
import { v8 } from "./v8.ts";

/** The settings of the families that are built in, by name. */
export const familySettings: { readonly v5: FamilySettings<"v5">; readonly v8: FamilySettings<"v8"> } = { v5, v8 };
