import type { FamilySettings } from "./family-settings.ts";
import { v5 } from "./v5.ts";
import { v8 } from "./v8.ts";
import { v9 } from "./v9.ts";
import { v10 } from "./v10.ts";
import { v12 } from "./v12.ts";
import { v26 } from "./v26.ts";

/** Names of the families that are built in. */
export type FamilyName = "v5" | "v8" | "v9" | "v10" | "v12" | "v26";

/** The settings of the families that are built in, by name, oldest first. */
export const familySettings: { readonly v5: FamilySettings<"v5"> } & {
  readonly [name in Exclude<FamilyName, "v5">]: FamilySettings<"v8">;
} = { v5, v8, v9, v10, v12, v26 };

/** Whether this is the name of a family that is built in. */
export function isFamilyName(name: unknown): name is FamilyName {
  return typeof name === "string" && Object.hasOwn(familySettings, name);
}
