import type { DetectionModel } from "@lookonce/nn";
import { formatClassNames } from "@lookonce/onnx";
import type { OnnxSpec } from "./options.ts";

/** What a file says of itself, under the keys by which programs know exported YOLO models (Ultralytics 8.3). */
export function metadataOf(model: DetectionModel, spec: OnnxSpec): Record<string, string> {
  const { batch, half, int8, dynamic, nms, selection } = spec;
  const { keypointShape } = model.head;
  const suppression: Record<string, number | boolean> =
    nms === undefined ? {} : { conf: nms.conf, iou: nms.iou, max_det: nms.maxDet, agnostic_nms: nms.agnostic };
  const chosen: Record<string, number | boolean> =
    selection === undefined ? {} : { max_det: selection.maxDet, agnostic_nms: selection.agnostic };
  return {
    description: `${model.config.name} for ${model.nc} classes`,
    author: "lookonce",
    task: model.task,
    // Of our own: rows of suppression do not show it, and the families fit images half a pixel apart.
    family: model.family,
    stride: String(Math.max(...model.strides)),
    batch: String(batch),
    imgsz: `[${spec.height}, ${spec.width}]`,
    channels: "3",
    names: formatClassNames(model.names),
    ...(keypointShape === undefined ? {} : { kpt_shape: `[${keypointShape.join(", ")}]` }),
    args: pythonDictionary({ batch, half, int8, dynamic, nms: nms !== undefined, ...suppression, ...chosen }),
    // Since Ultralytics 8.4: whether rows are of a one-to-one branch, and which head they are of.
    end2end: selection === undefined ? "False" : "True",
    head: model.layers.at(-1)?.name ?? "",
  };
}

/** The arguments of the export as Python writes a dictionary, `{'half': False}`. */
function pythonDictionary(values: Readonly<Record<string, number | boolean>>): string {
  const show = (value: number | boolean): string =>
    typeof value === "number" ? String(value) : value ? "True" : "False";
  return `{${Object.entries(values)
    .map(([key, value]) => `'${key}': ${show(value)}`)
    .join(", ")}}`;
}
