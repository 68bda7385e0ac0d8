import type { FamilySettings } from "./family-settings.ts";
import { ultralytics84 } from "./ultralytics84.ts";

/** YOLO12 (Tian et al., arXiv 2502.12524): attention within areas of the map. */
export const v12: FamilySettings<"v8"> = { ...ultralytics84, name: "v12", title: "YOLO12" };
