import type { FamilySettings } from "./family-settings.ts";
import { ultralytics84 } from "./ultralytics84.ts";

const leftOut = "Fine-tuning works, but is not what the reference would do.";

/** YOLO26 (arXiv 2606.03748): two branches in its head, boxes without distributions. */
export const v26: FamilySettings<"v8"> = {
  ...ultralytics84,
  name: "v26",
  title: "YOLO26",
  lossNotes: {
    segment: `YOLO26's masks are trained by YOLOv8's loss in both branches; the reference's further loss of a semantic map is left out. ${leftOut}`,
    pose: `YOLO26's keypoints are trained by YOLOv8's loss in both branches; the reference's likelihood by a flow is left out. ${leftOut}`,
    obb: `YOLO26's oriented boxes are trained by YOLOv8's loss in both branches; the reference's further loss of angles is left out. ${leftOut}`,
  },
};
