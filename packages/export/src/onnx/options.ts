import { LookonceError } from "@lookonce/errors";
import { familyOf, taskOf } from "@lookonce/families";
import type { Image } from "@lookonce/image";
import type { DetectionModel } from "@lookonce/nn";
import { type GraphOptions, type GraphSpec, graphSpec } from "../graph-spec.ts";

/** How the range of an activation's numbers is chosen from those that were seen; see {@link ExportOnnxOptions}. */
export type CalibrationMethod = "mse" | "minmax" | "percentile";

/** Options of {@link exportOnnx}. Any may be combined, but `half` with `int8`. */
export interface ExportOnnxOptions extends GraphOptions {
  /** The file to write; its folder is made when it is missing. */
  file: string;
  /** Version of ONNX's operators, 13 to 22. Default 17, which most programs that run ONNX files support. */
  opset?: number;
  /**
   * Whether images of any size that the stride divides, and any number of them, can be given to the file; `imgsz` and
   * `batch` are then what it is calibrated with and what its metadata name. Default false.
   */
  dynamic?: boolean;
  /**
   * Whether weights are stored and maps computed in half precision, boxes and everything after them in single. Inputs and
   * outputs stay float32. Default false.
   */
  half?: boolean;
  /**
   * `true`: suppression is part of the file, which then returns detections. `false`: a model with a one-to-one branch, such as
   * YOLO26 or YOLOv10, is written with that branch, whose best detections are selected in the file; others are written as by
   * default. Default: predictions of all anchors, without suppression.
   */
  nms?: boolean | undefined;
  /** With `nms`: confidences must exceed this. Default 0.25. */
  conf?: number;
  /** With `nms`: a box goes when its IoU with a better one exceeds this. Default 0.7 for YOLOv8, 0.45 for YOLOv5. */
  iou?: number;
  /** With `nms`: rows of detections an image; those that are not needed are zeros. One-to-one: detections an image. Default 300. */
  maxDet?: number;
  /** With `nms`: whether boxes of different classes suppress each other. One-to-one: an anchor has one class. Default false. */
  agnosticNms?: boolean;
  /** Whether convolutions are computed with 8-bit integers; needs `calibration`. Default false. */
  int8?: boolean;
  /** With `int8`: images like those that the file will see, from which ranges are learned; 100 to 300 are usual. */
  calibration?: Iterable<Image> | AsyncIterable<Image>;
  /**
   * With `int8`: how ranges are chosen. `mse` (default) loses the least on the whole, in the mean of squares, of what the
   * activation functions make of the numbers; `minmax` covers every number seen; `percentile` all but one in 10,000.
   */
  calibrationMethod?: CalibrationMethod;
  /** With `int8`: called after each image of `calibration`. */
  onCalibrated?: (images: number) => void;
}

/** {@link ExportOnnxOptions} with defaults filled in and checked. */
export interface OnnxSpec extends GraphSpec {
  readonly opset: number;
  readonly half: boolean;
  readonly int8: boolean;
  readonly nms: SuppressionSpec | undefined;
  /** Of the one-to-one branch. */
  readonly selection: SelectionSpec | undefined;
}

/** How detections of a one-to-one branch are selected inside a file. */
export interface SelectionSpec {
  /** Most detections an image; fewer where it has fewer anchors. */
  readonly maxDet: number;
  /** Whether an anchor has its best class alone. */
  readonly agnostic: boolean;
}

/** Parameters of suppression inside a file; see {@link ExportOnnxOptions}. */
export interface SuppressionSpec extends SelectionSpec {
  readonly conf: number;
  readonly iou: number;
}

/** Sets of ONNX's operators that files can be written for; 13 is the first that quantizes by channel. */
const opsets = { first: 13, last: 22, usual: 17 } as const;

const suppressionKeys = ["conf", "iou", "maxDet", "agnosticNms"] as const;
const thresholdKeys = ["conf", "iou"] as const;
const quantizationKeys = ["calibration", "calibrationMethod", "onCalibrated"] as const;
const methods: readonly CalibrationMethod[] = ["mse", "minmax", "percentile"];

/**
 * Fills in defaults and checks what is given.
 *
 * @throws LookonceError `ARGUMENT` naming the option
 */
export function onnxSpec(model: DetectionModel, options: ExportOnnxOptions): OnnxSpec {
  const { opset = opsets.usual, half = false, int8 = false } = options;
  const spec = graphSpec(model, options);
  const known = Number.isInteger(opset) && opset >= opsets.first && opset <= opsets.last;
  need(known, "opset", `a whole number from ${opsets.first} to ${opsets.last}, not ${opset}`);
  if (half && int8) throw bad("half and int8 cannot both be had: the weights are 16-bit floats or 8-bit integers.");
  const endToEnd = usesOneToOne(model, options);
  checkDependents(options, {
    keys: endToEnd ? thresholdKeys : suppressionKeys,
    of: "nms",
    isSet: options.nms ?? false,
  });
  checkDependents(options, { keys: quantizationKeys, of: "int8", isSet: int8 });
  if (int8 && options.calibration === undefined) {
    throw bad("int8 needs calibration data: images like those that the file will see, from which ranges are learned.");
  }
  const { calibrationMethod: method = "mse" } = options;
  need(methods.includes(method), "calibrationMethod", `one of ${methods.join(", ")}, not ${JSON.stringify(method)}`);
  if (options.nms) requireBoxes(model);
  const nms = options.nms ? suppressionSpec(model, options) : undefined;
  const selection = endToEnd ? selectionSpec(model, options) : undefined;
  return { ...spec, opset, half, int8, nms, selection };
}

/** Whether a model is to be written with its one-to-one branch. */
export function usesOneToOne({ head }: DetectionModel, { nms }: Pick<ExportOnnxOptions, "nms">): boolean {
  return nms === false && head.branches.includes("one2one");
}

/** Suppression is part of a file only where there is something to suppress. */
function requireBoxes({ task, config }: DetectionModel): void {
  if (taskOf(task).suppression !== "none") return;
  throw new LookonceError("UNSUPPORTED", `${config.name} cannot be exported with nms: it has no boxes. Leave nms out.`);
}

function suppressionSpec(model: DetectionModel, options: ExportOnnxOptions): SuppressionSpec {
  const { predict } = familyOf(model.family).nms;
  const { conf = predict.conf, iou = predict.iou } = options;
  need(conf >= 0 && conf <= 1, "conf", `a number from 0 to 1, not ${conf}`);
  need(iou >= 0 && iou <= 1, "iou", `a number from 0 to 1, not ${iou}`);
  return { conf, iou, ...selectionSpec(model, options) };
}

function selectionSpec(model: DetectionModel, options: ExportOnnxOptions): SelectionSpec {
  const { maxDet = familyOf(model.family).nms.predict.maxDet, agnosticNms: agnostic = false } = options;
  need(Number.isInteger(maxDet) && maxDet >= 1, "maxDet", `a whole number from 1 on, not ${maxDet}`);
  return { maxDet, agnostic };
}

/** Options that would change nothing are a mistake. */
function checkDependents(
  options: ExportOnnxOptions,
  { keys, of, isSet }: { keys: readonly (keyof ExportOnnxOptions)[]; of: string; isSet: boolean },
): void {
  const name = isSet ? undefined : keys.find((key) => options[key] !== undefined);
  if (name !== undefined) throw bad(`${name} is for files with ${of}: set ${of} too, or leave ${name} out.`);
}

function need(isValid: boolean, name: string, expected: string): void {
  if (!isValid) throw bad(`${name} must be ${expected}.`);
}

function bad(message: string): LookonceError {
  return new LookonceError("ARGUMENT", message);
}
