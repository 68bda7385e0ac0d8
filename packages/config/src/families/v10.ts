import type { FamilySettings } from "./family-settings.ts";
import { ultralytics84 } from "./ultralytics84.ts";

/** YOLOv10 (Wang et al., arXiv 2405.14458): two branches in its head, with and without duplicates. */
export const v10: FamilySettings<"v8"> = { ...ultralytics84, name: "v10", title: "YOLOv10" };
