import { choice, flag, integer, type Option, requiredText, text } from "../options/option.ts";

/** Devices that `device=` names; docs/architecture.md says what each needs. */
const devices = ["auto", "cpu", "webgpu", "cuda", "tensorflow", "tensorflow-gpu"] as const;

/** Options that every command has. */
export const outputOptions: { json: Option<boolean>; verbose: Option<boolean> } = {
  json: flag({ help: "one JSON object as last line on stdout; all else to stderr", fallback: false }),
  verbose: flag({ help: "with errors, show where they arose", fallback: false }),
};

/** Options of commands that compute. */
export const deviceOptions: { device: Option<(typeof devices)[number]>; threads: Option<number | undefined> } = {
  device: choice(devices, { help: "where to compute", fallback: "cpu" }),
  threads: integer({
    help: "processor threads (default: as many as ONNX Runtime chooses)",
    fallback: undefined,
    min: 1,
  }),
};

/** The model to use. */
export const modelOption: Option<string> = requiredText(
  ".pt or .safetensors weights, or a model file such as yolov8n.yaml",
  "file",
);

/** Side of the pictures that the model sees. */
export const imgszOption = (fallback: number): Option<number> =>
  integer({ help: "side of the pictures for the model; rounded up to its stride", fallback, min: 32 });

/** Where results are put: `project/name`, then `name2`, `name3`, … */
export const placeOptions = (
  name: string,
): { project: Option<string>; name: Option<string>; exist_ok: Option<boolean> } => ({
  project: text({ help: "folder for results", expects: "folder", fallback: "runs" }),
  name: text({ help: "subfolder for this run; a number is added if it exists", expects: "name", fallback: name }),
  exist_ok: flag({ help: "write into the subfolder even if it exists", fallback: false }),
});
