import { taskNames, taskSettings } from "../tasks.ts";
import { choice, flag, integer, number, setBy, text } from "./define.ts";
import type { Option, OptionSetter, OptionTable } from "./option.ts";

/** Execution providers of ONNX Runtime that models run on. */
export const onnxRuntimeDevices = ["cpu", "webgpu", "cuda"] as const;

/** One of {@link onnxRuntimeDevices}. */
export type OnnxRuntimeDevice = (typeof onnxRuntimeDevices)[number];

/** Devices that bindings of TensorFlow bring. */
export const tensorFlowDevices = ["tensorflow", "tensorflow-gpu"] as const;

/** Where tensors can be computed. */
export type DeviceName = OnnxRuntimeDevice | (typeof tensorFlowDevices)[number];

/** All devices, see {@link DeviceName}. */
export const deviceNames: readonly DeviceName[] = [...onnxRuntimeDevices, ...tensorFlowDevices];

/** The formats that models are exported in. */
export const exportFormatNames = ["onnx", "tfjs", "saved_model", "safetensors", "torch"] as const;

export const notServer: readonly OptionSetter[] = ["cli", "library"];

/** Options that every command has. */
export const generalOptions: OptionTable = setBy(["cli"], {
  json: flag("print one JSON object as the last line on stdout, everything else on stderr", false),
  verbose: flag("with an error, print its stack trace", false),
  cfg: text("file.yaml", "YAML file of options; the command line overrides it"),
});

export const modelHelp = ".pt or .safetensors weights, or a model file such as yolov8n.yaml";

/** The model, set when it is loaded, and the task of the one that is used where none is named. */
export function model(help: string = modelHelp, setters: readonly OptionSetter[] = ["cli"]): OptionTable {
  return { ...setBy(setters, { model: text("file", help, undefined, { required: true }) }), ...task };
}

/** The task that the command line names; a model knows its own. */
export const task: OptionTable = setBy(["cli"], {
  task: choice(taskNames, "task whose published model is used where none is named, such as yolo11n-seg.pt", undefined, {
    defaultText: "the model's own",
  }),
});

export const data: OptionTable = setBy(notServer, {
  data: text("file.yaml", "data set file", undefined, { required: true }),
});

export const trainSplit: OptionTable = { split: text("name", "split of the data set", "train") };

export const valSplit: OptionTable = { split: choice(["val", "test", "train"], "split of the data set", "val") };

export function imgsz(
  help = "longer side of the images for the model, in pixels; rounded up to the model's stride",
): OptionTable {
  return { imgsz: integer(help, 640, { label: "Image size", min: 32 }) };
}

/** {@link imgsz} of a model: by default its task's or, of a `trained` one, that of its training. */
export function modelImgsz({ trained = false }: { trained?: boolean } = {}): OptionTable {
  const otherwise = trained ? "; by default that of the model's training, where its file names one" : "";
  const { imgsz: option } = imgsz(
    `longer side of the images for the model, in pixels; rounded up to the model's stride; of classifiers the side of the square, 224 by default${otherwise}`,
  );
  return { imgsz: { ...(option as Option), default: () => taskSettings.detect.imgsz } };
}

export function seed(help: string, label?: Pick<Option, "label">): OptionTable {
  return { seed: integer(help, 0, { min: 0, ...label }) };
}

/** Thresholds of non-maximum suppression, whose defaults are the family's. */
export function suppression(
  use: "predict" | "val",
  [conf, iou, maxDet]: readonly [conf: string, iou: string, maxDet: string] = [
    "detections need a confidence above this",
    "of two boxes of a class with an IoU above this, the one with the lower confidence is dropped",
    "maximum detections per image",
  ],
): OptionTable {
  return {
    conf: number(conf, ({ nms }) => nms[use].conf, { min: 0, max: 1 }),
    iou: number(iou, ({ nms }) => nms[use].iou, { min: 0, max: 1 }),
    max_det: integer(maxDet, ({ nms }) => nms[use].maxDet, { min: 1 }),
  };
}

/** Which branch of a head of two predicts. */
export const branch: OptionTable = {
  nms: flag(
    "suppress duplicates; false: use the one-to-one branch of YOLO26 and YOLOv10, which finds each object once",
    true,
  ),
};

/** Where to compute; set when a model is loaded. */
export const device: OptionTable = setBy(["cli"], {
  device: choice(["auto", ...deviceNames], "where to compute", "cpu"),
  threads: integer("processor threads", undefined, { defaultText: "as many as ONNX Runtime chooses", min: 1 }),
});

export const singleCls: OptionTable = { single_cls: flag("treat all objects as one class", false) };

/** Where results are written: `project/name`, then `name2`, `name3`, … */
export function outputDirectory(name: string): OptionTable {
  return setBy(notServer, {
    project: text("folder", "folder for results", "runs"),
    name: text("name", "subfolder for this run; a number is added if it exists", name),
    exist_ok: flag("write into the subfolder even if it exists", false),
  });
}

/** Words for {@link queueAddress} and the like. */
const queueExample = "redis://host:6379";

/** Jobs of workers, instead of work in this process. */
export function onQueue(what: string): OptionTable {
  return setBy(["cli"], {
    queue: text(queueExample, `${what} on the workers of this Redis queue: lookonce worker`),
    storage: text("folder", "with queue: folder that all machines see, or s3://bucket/prefix", undefined, {
      defaultText: "queue in the folder for results",
    }),
    endpoint: text("address", "with storage in S3: another service than Amazon's, such as http://minio:9000"),
    priority: choice(["high", "normal", "low"], "with queue: before or after other jobs that wait", "normal"),
  });
}

/** Of runs that are cut into shards. */
export const shards: OptionTable = setBy(["cli"], {
  shard: integer("with queue: images that a worker is given at a time", 64, { min: 1 }),
  job: text("name", "with queue: run that was queued before and whose results are to be fetched"),
});

/** The address of a queue, in the environment where others see command lines. */
export const queueAddress: OptionTable = {
  queue: text(queueExample, "address of the Redis queue", undefined, {
    defaultText: "LOOKONCE_QUEUE of the environment",
  }),
};
