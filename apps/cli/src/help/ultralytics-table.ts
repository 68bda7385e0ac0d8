import { describeDefault, generalOptions, type OptionTable, optionSchema } from "@lookonce/config";
import { pythonHabit } from "../options/python-habits.ts";

const training = `
  model data epochs time patience batch imgsz save save_period cache device workers project name exist_ok
  pretrained cls_remap optimizer seed deterministic verbose single_cls classes rect multi_scale cos_lr
  close_mosaic resume amp fraction profile freeze lr0 lrf momentum weight_decay warmup_epochs warmup_momentum
  warmup_bias_lr distill_model dis box cls cls_pw dfl pose kobj rle angle dlog dgrad dlam nbs overlap_mask
  mask_ratio dropout val plots compile channels_last cfg`;
const augmentation = `
  hsv_h hsv_s hsv_v degrees translate scale shear perspective flipud fliplr bgr mosaic mixup cutmix copy_paste
  copy_paste_mode auto_augment erasing augmentations`;
const validation = `
  model data imgsz batch save_json conf iou max_det half quantize device dnn plots classes rect split project name
  exist_ok verbose save_txt save_conf workers augment agnostic_nms single_cls visualize compile nms end2end
  cfg`;
const prediction = `
  model source conf iou imgsz rect half quantize device batch max_det vid_stride stream_buffer visualize augment
  agnostic_nms classes retina_masks embed project name exist_ok stream verbose compile nms end2end dnn cfg
  show save
  save_frames save_txt save_conf save_crop show_labels show_conf show_boxes line_width`;
const exporting = `
  model format imgsz keras optimize half int8 quantize dynamic simplify opset workspace nms end2end batch device data
  fraction conf iou max_det agnostic_nms cfg`;

/** A mode of Ultralytics' command that is a command here. */
export type UltralyticsMode = "train" | "val" | "predict" | "track" | "export";

/**
 * Keys of Ultralytics' modes, as its documentation lists them (docs.ultralytics.com, 8.4: the arguments of each mode). `task` and
 * `mode` are words of the command line.
 */
export const ultralyticsKeys: Readonly<Record<UltralyticsMode, readonly string[]>> = {
  train: keys(training, augmentation),
  val: keys(validation),
  predict: keys(prediction),
  track: keys("tracker persist", prediction),
  export: keys(exporting),
};

const defaults = `
  epochs=100 patience=100 batch=16 imgsz=640 save=True save_period=-1 cache=False workers=8 exist_ok=False
  pretrained=True cls_remap=True optimizer=auto verbose=True seed=0 deterministic=True single_cls=False rect=False
  cos_lr=False close_mosaic=10 resume=False amp=True fraction=1.0 profile=False multi_scale=0.0 compile=False
  overlap_mask=True mask_ratio=4 dropout=0.0 val=True split=val save_json=False iou=0.7 max_det=300 dnn=False
  plots=True vid_stride=1 stream_buffer=False visualize=False augment=False agnostic_nms=False retina_masks=False
  show=False save_frames=False save_txt=False save_conf=False save_crop=False show_labels=True show_conf=True
  show_boxes=True format=torchscript optimize=False dynamic=False simplify=True lr0=0.01 lrf=0.01 momentum=0.937
  weight_decay=0.0005 warmup_epochs=3.0 warmup_momentum=0.8 warmup_bias_lr=0.1 dis=6.0 box=7.5 cls=0.5 cls_pw=0.0
  dfl=1.5 pose=12.0 kobj=1.0 rle=1.0 angle=1.0 dlog=1.0 dgrad=0.5 dlam=1.0 nbs=64 hsv_h=0.015 hsv_s=0.7 hsv_v=0.4
  degrees=0.0 translate=0.1 scale=0.5 shear=0.0 perspective=0.0 flipud=0.0 fliplr=0.5 bgr=0.0 mosaic=1.0 mixup=0.0
  cutmix=0.0 copy_paste=0.0 copy_paste_mode=flip auto_augment=randaugment erasing=0.4 tracker=tracktrack.yaml`;

/** Their defaults, as its command prints them; keys that have none are left out. */
export const ultralyticsDefaults: ReadonlyMap<string, string> = new Map(
  keys(defaults).map((pair) => pair.split("=") as [string, string]),
);

function keys(...lists: string[]): string[] {
  return lists.flatMap((list) => list.trim().split(/\s+/));
}

/**
 * What there is here for a key of Ultralytics' mode: the same, another name, nothing since it is always so, or nothing and why.
 *
 * @throws Error for a key of which nothing is known
 */
function here(key: string, table: OptionTable): readonly [state: string, what: string] {
  const option = table[key];
  if (option !== undefined) {
    const words = option.required ? "required" : describeDefault(option);
    return ["same", words === undefined ? option.help : `${option.help} (${words})`];
  }
  const meant = pythonHabit(key, "true", table);
  if (meant === undefined) throw new Error(`nothing is known of the key "${key}"`);
  // Flags mean the opposite here where `true` is not what they become
  if (meant.kind === "pair") return ["renamed", `\`${meant.key}${meant.text === "true" ? "" : `=${meant.text}`}\``];
  const [, reason = ""] = /: (.*?)\.?$/.exec(meant.line) ?? [];
  return meant.kind === "note" ? ["not needed", reason] : ["missing", reason];
}

/** The tables of docs/from-ultralytics.md: every key of a mode, and what there is for it. */
export function ultralyticsTable(mode: UltralyticsMode): string {
  const table = { ...generalOptions, ...optionSchema[mode].options };
  const rows = ultralyticsKeys[mode].map((key) => [
    `\`${key}\``,
    ultralyticsDefaults.get(key) ?? "",
    ...here(key, table),
  ]);
  const lines = [
    ["key", "default there", "here", "what it is (default), or why there is none"],
    ["---", "---", "---", "---"],
    ...rows,
  ];
  return lines.map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
}
