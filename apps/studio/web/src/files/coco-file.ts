import { cocoText } from "@lookonce/data/formats";
import { isLabeled, type Project } from "../project/project.ts";

/** The labels as one COCO file, of all images that have some or are known to show nothing. */
export function cocoFile({ images, classes }: Project): Blob {
  const numbers = new Map(classes.map(({ id }, i) => [id, i]));
  const entries = images.filter(isLabeled).map(({ name, width, height, boxes }) => ({
    ...{ path: name, width, height },
    classes: Int32Array.from(boxes, ({ classId }) => numbers.get(classId) ?? 0),
    boxes: Float32Array.from(boxes.flatMap(({ x1, y1, x2, y2 }) => [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1])),
  }));
  const { pieces } = cocoText({ entries, names: classes.map(({ name }) => name) });
  return new Blob(pieces, { type: "application/json" });
}
