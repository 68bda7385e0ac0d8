import type { FamilySettings } from "./family-settings.ts";
import { ultralytics84 } from "./ultralytics84.ts";

/** YOLO26 (arXiv 2606.03748): two branches in its head, boxes without distributions. */
export const v26: FamilySettings<"v8"> = { ...ultralytics84, name: "v26", title: "YOLO26" };
