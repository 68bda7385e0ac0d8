import type { OptionTable } from "./option.ts";

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

const notServer = ["cli", "library"] as const;

/** Options that every command has. */
export const generalOptions: OptionTable = {
  json: {
    type: "boolean",
    help: "print one JSON object as the last line on stdout, everything else on stderr",
    default: false,
    setBy: ["cli"],
  },
  verbose: { type: "boolean", help: "with an error, print its stack trace", default: false, setBy: ["cli"] },
  cfg: {
    type: "text",
    expects: "file.yaml",
    help: "YAML file of options; the command line overrides it",
    setBy: ["cli"],
  },
};

export const model: OptionTable = {
  model: {
    type: "text",
    expects: "file",
    help: ".pt or .safetensors weights, or a model file such as yolov8n.yaml",
    required: true,
    setBy: ["cli"],
  },
};

export const data: OptionTable = {
  data: { type: "text", expects: "file.yaml", help: "data set file", required: true, setBy: notServer },
};

export const imgsz: OptionTable = {
  imgsz: {
    type: "integer",
    label: "Image size",
    help: "longer side of the images for the model, in pixels; rounded up to the model's stride",
    default: 640,
    min: 32,
  },
};

/** Where to compute; set when a model is loaded. */
export const device: OptionTable = {
  device: {
    type: "choice",
    choices: ["auto", ...deviceNames],
    help: "where to compute",
    default: "cpu",
    setBy: ["cli"],
  },
  threads: {
    type: "integer",
    help: "processor threads",
    defaultText: "as many as ONNX Runtime chooses",
    min: 1,
    setBy: ["cli"],
  },
};

export const singleCls: OptionTable = {
  single_cls: { type: "boolean", help: "treat all objects as one class", default: false },
};

/** Where results are written: `project/name`, then `name2`, `name3`, … */
export function outputDirectory(name: string): OptionTable {
  return {
    project: { type: "text", expects: "folder", help: "folder for results", default: "runs", setBy: notServer },
    name: {
      type: "text",
      expects: "name",
      help: "subfolder for this run; a number is added if it exists",
      default: name,
      setBy: notServer,
    },
    exist_ok: {
      type: "boolean",
      help: "write into the subfolder even if it exists",
      default: false,
      setBy: notServer,
    },
  };
}
