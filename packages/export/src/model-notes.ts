import type { DetectionModel } from "@lookonce/nn";
import type { GraphSpec } from "./graph-spec.ts";

/** Metadata of an exported graph, for programs that run it. */
export function modelNotes(model: DetectionModel, spec: GraphSpec): Record<string, unknown> {
  return {
    description: `${model.config.name} for ${model.nc} classes`,
    author: "lookonce",
    task: model.task,
    family: model.family,
    stride: Math.max(...model.strides),
    imgsz: [spec.height, spec.width],
    batch: spec.batch,
    dynamic: spec.dynamic,
    channels: 3,
    names: Object.fromEntries(model.names.map((name, i) => [i, name])),
    ...(model.head.keypointShape === undefined ? {} : { kpt_shape: model.head.keypointShape }),
    // Some exports of such models return shares of the image.
    boxes: "xywh, pixels",
  };
}
