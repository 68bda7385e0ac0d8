import type { FamilySettings } from "./family-settings.ts";
import { ultralytics84 } from "./ultralytics84.ts";

/** YOLOv9 (Wang et al., arXiv 2402.13616), its inference graph: the auxiliary branches of the paper's training are not part of it. */
export const v9: FamilySettings<"v8"> = { ...ultralytics84, name: "v9", title: "YOLOv9" };
