import type { DetectionModel } from "@lookonce/nn";
import type { GraphForm } from "./tensorflow/detector-operations.ts";

/** What an exported graph says of itself, for programs that run it. */
export function modelNotes(model: DetectionModel, form: GraphForm): Record<string, unknown> {
  return {
    description: `${model.config.name} for ${model.nc} classes`,
    author: "lookonce",
    task: "detect",
    family: model.family,
    stride: Math.max(...model.strides),
    imgsz: [form.height, form.width],
    batch: form.batch,
    dynamic: form.dynamic,
    channels: 3,
    names: Object.fromEntries(model.names.map((name, i) => [i, name])),
    // Whoever draws boxes has to know: some exports of such models give shares of the image.
    boxes: "xywh, pixels",
  };
}
