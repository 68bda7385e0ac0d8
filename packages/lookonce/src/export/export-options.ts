import type { ExportOnnxOptions } from "@lookonce/export";

/** Options of `YOLO.export`. Which format knows which is in docs/export.md; others are refused. */
export interface ExportOptions
  extends Pick<
    ExportOnnxOptions,
    "batch" | "dynamic" | "half" | "int8" | "nms" | "conf" | "iou" | "maxDet" | "agnosticNms" | "opset"
  > {
  /**
   * `onnx`, `tfjs`, `saved_model`, `safetensors` or `torch`, or another word for one of them, such as `pt`. Default: what
   * the file's ending says, else `onnx`.
   */
  format?: string;
  /** The file or folder to write (default: beside the model, its name with the format's ending). */
  file?: string;
  /** Side of the images, or `[height, width]`, in pixels, rounded up to the model's stride (default 640). */
  imgsz?: number | readonly [height: number, width: number];
  /** With `int8` for ONNX: a data set file, from whose images the ranges of numbers are learned. */
  data?: string;
  /** Share of the data set's images that is used for that, above 0 to 1 (default: at most 300 images of all). */
  fraction?: number;
  /** Called after each of these images. */
  onCalibrated?: (images: number) => void;
}
