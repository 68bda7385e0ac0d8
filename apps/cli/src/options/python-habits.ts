import type { Option, OptionTable } from "@lookonce/config";

/** A pair as a command knows it, or why there is none. */
export type Habit =
  | { kind: "pair"; key: string; text: string }
  | { kind: "note"; line: string }
  | { kind: "refusal"; line: string };

/** Keys of other YOLO programs (YOLOv5's scripts, the `yolo` command) that have another name here. */
const names: Readonly<Record<string, string>> = {
  weights: "model",
  img: "imgsz",
  img_size: "imgsz",
  image_size: "imgsz",
  batch_size: "batch",
  conf_thres: "conf",
  iou_thres: "iou",
  include: "format",
  bs: "batch",
  lr: "lr0",
  path: "source",
  input: "source",
  line_thickness: "line_width",
  output: "project",
  warmup: "warmup_epochs",
  optim: "optimizer",
  autoanchor: "auto_anchor",
};

/** Flags there that are the opposite of an option here, and its value. */
const opposites: Readonly<Record<string, readonly [key: string, value: string]>> = {
  nosave: ["save", "false"],
  noval: ["val", "last"],
  noplots: ["plots", "false"],
  hide_labels: ["show_labels", "false"],
  hide_conf: ["show_conf", "false"],
  noautoanchor: ["auto_anchor", "false"],
  end2end: ["nms", "false"],
};

/** What is always so here, whatever the value. */
const alreadySo: Readonly<Record<string, string>> = {
  deterministic: "equal seeds always produce equal results",
  simplify: "exported graphs are always simplified",
  stream: "images are always taken one after the other",
  pretrained: "weights come with model=yolov8n.pt, and model=yolov8n.yaml starts without",
  pin_memory: "memory is taken care of",
  persistent_workers: "workers are kept",
  crop_fraction: "the center that classification cuts out is as large as can be, as in YOLOv8 8.3",
  quad: "it changes nothing for the result",
  task: "a model knows its own",
  save: "weights are always saved",
  compile: "networks are always compiled",
  channels_last: "the device chooses how tensors lie in memory",
};

const otherTask = "it is for segmentation, classification or poses, and no option of this command";
const oneGpu = "lookonce uses one device";
const window = "lookonce opens no windows; it saves images (save=true)";
const upload = "lookonce sends nothing to services but MLflow (mlflow=); tensorboard=true writes event files";

/** What there is there and not here. */
const missing: Readonly<Record<string, string>> = {
  ...each("overlap_mask mask_ratio retina_masks dropout pose kobj", otherTask),
  ...each("sync_bn local_rank ddp", oneGpu),
  ...each("show view_img show_boxes", window),
  ...each("entity upload_dataset bbox_interval artifact_alias", upload),
  tracker: "it is one of lookonce track",
  persist: "it is one of lookonce track",
  ...each("distill_model dis", "models are not distilled"),
  ...each("rle angle", "this part of the loss, of YOLO26's poses and turned boxes, is left out"),
  ...each("dlog dgrad dlam", "depth is no task of lookonce"),
  augmentations: "transforms are those of the other options, not a list of Albumentations",
  cls_remap: "a head for other classes starts anew",
  quantize: "half=true and int8=true of lookonce export write smaller files",
  half: "it is one of lookonce predict and export",
  classes: "single_cls=true and the data set's file choose classes; lookonce predict has classes=",
  augment: "it is one of lookonce predict",
  agnostic_nms: "it is one of lookonce predict; scores are counted by class",
  device: "files are written on the processor",
  visualize: "feature maps are not drawn",
  embed: "features of layers are not given out",
  dnn: "ONNX files run on ONNX Runtime",
  workspace: "it is for TensorRT, which is not written",
  keras: "it is for Keras, which is not written",
  bucket: upload,
  optimize: "it is for TorchScript on phones, which is not written",
  profile: "lookonce benchmark measures",
  mode: "the mode is the command: lookonce train …",
};

/** What somebody who knows another YOLO program meant by a key that a command does not have; `text` is its value or `true`. */
export function pythonHabit(key: string, text: string, table: OptionTable): Habit | undefined {
  const name = own(names, key);
  if (name !== undefined && Object.hasOwn(table, name)) return { kind: "pair", key: name, text };
  const opposite = own(opposites, key);
  if (opposite !== undefined && Object.hasOwn(table, opposite[0])) {
    const isOff = /^(false|0|no|off)$/i.test(text);
    return isOff
      ? { kind: "note", line: `${key}=${text}: it is so` }
      : { kind: "pair", key: opposite[0], text: opposite[1] };
  }
  const so = own(alreadySo, key);
  if (so !== undefined) return { kind: "note", line: `${key}=${text} is not needed: ${so}` };
  const why = own(missing, key);
  return why === undefined ? undefined : { kind: "refusal", line: `${key} is not an option here: ${why}.` };
}

/** Devices as PyTorch names them, and ours. */
const devices: Readonly<Record<string, string>> = {
  ...each("gpu 0 -1 [0]", "auto"),
  mps: "webgpu",
  "cuda:0": "cuda",
};

/** Values of other programs that are written otherwise here. */
const values: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  save_period: { "-1": "0" },
  multi_scale: { "0.0": "false", "0.5": "true" },
};

/** A value of another program: the text that is meant and what to note about it, or why there is none. */
interface TranslatedValue {
  text?: string;
  notice?: string;
  refusal?: string;
}

/** What somebody who knows another YOLO program meant by a value: `device=0`, `imgsz=[640, 480]`. */
export function translateValue(key: string, text: string, { type, choices = [] }: Option): TranslatedValue | undefined {
  const written = own(own(values, key) ?? {}, text);
  if (written !== undefined) return { text: written };
  if (key === "multi_scale" && Number(text) > 0 && Number(text) < 1) {
    return { refusal: "images are scaled by up to 50 % (multi_scale=true) or not at all (false)." };
  }
  if (key === "device" && choices.includes("auto")) {
    const meant = own(devices, text.toLowerCase());
    if (meant !== undefined) {
      return { text: meant, notice: `it is ${meant} here; lookonce checks shows which devices work` };
    }
    const isSeveral = /^(cuda:)?\d+(,\d+)*$|^\[[\d, ]+\]$/.test(text);
    return isSeveral
      ? { refusal: "one device computes: device=auto selects the GPU that works (see: lookonce checks)." }
      : undefined;
  }
  if (key !== "imgsz" || type !== "integer") return undefined;
  const [, first, second] = /^[[(]?\s*(\d+)\s*[,x×]\s*(\d+)\s*[\])]?$/.exec(text) ?? [];
  if (first === undefined) return { text: text.replace(/^\[\s*(\d+)\s*\]$/, "$1") };
  const longer = String(Math.max(Number(first), Number(second)));
  return { text: longer, notice: `it is ${longer} here: the longer side, images keep their shape` };
}

/** The same value for each of some keys. */
function each(keys: string, value: string): Record<string, string> {
  return Object.fromEntries(keys.split(" ").map((key) => [key, value]));
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
