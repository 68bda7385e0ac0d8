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
  device: deviceOption(),
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

/** Side of the images that the model sees. */
export const imgszOption = (fallback: number): Option<number> =>
  sideOption({ help: "side of the images for the model; rounded up to its stride", fallback });

/** One side; of two, as other YOLO programs take them, the longer. */
function sideOption({ help, fallback }: { help: string; fallback: number }): Option<number> {
  const side = integer({ help, fallback, min: 32 });
  const two = (given: string): string | undefined => {
    const [, first, second] = /^[[(]?\s*(\d+)\s*[,x×]\s*(\d+)\s*[\])]?$/.exec(given) ?? [];
    return first === undefined ? undefined : String(Math.max(Number(first), Number(second)));
  };
  return {
    ...side,
    read: (given) => side.read(two(given) ?? given.replace(/^\[\s*(\d+)\s*\]$/, "$1")),
    notice(given) {
      const longer = two(given);
      return longer === undefined ? undefined : `it is ${longer} here: the longer side, images keep their shape`;
    },
  };
}

/** One side, or height and width, `480,640`. */
export function sidesOption(help: string): Option<number | [number, number] | undefined> {
  const side = integer({ help, fallback: undefined, min: 32 });
  return {
    ...side,
    expects: "side|height,width",
    read(given) {
      const parts = given
        .trim()
        .replace(/^[[(](.*)[\])]$/, "$1")
        .split(/\s*[,x×]\s*/)
        .map((part) => side.read(part));
      if (parts.length > 2 || parts.some((part) => part === undefined)) return undefined;
      const [height, width] = parts as [number, number?];
      return width === undefined ? height : [height, width];
    },
  };
}

/** A device by name; numbers, as PyTorch counts GPUs, mean the GPU that works. */
function deviceOption(): Option<(typeof devices)[number]> {
  const named = choice(devices, {
    help: "where to compute",
    fallback: "cpu",
    aliases: { gpu: "auto", mps: "webgpu", "cuda:0": "cuda", "0": "auto", "-1": "auto", "[0]": "auto" },
  });
  return {
    ...named,
    notice(given) {
      const meant = named.read(given);
      return meant === undefined || meant === given.toLowerCase()
        ? undefined
        : `it is ${meant} here; lookonce checks tells which devices work`;
    },
    explain: (given) =>
      /^(cuda:)?\d+(,\d+)*$|^\[[\d, ]+\]$/.test(given)
        ? "one device computes: device=auto takes the GPU that works (see: lookonce checks)."
        : undefined,
  };
}

/** Where results are put: `project/name`, then `name2`, `name3`, … */
export const placeOptions = (
  name: string,
): { project: Option<string>; name: Option<string>; exist_ok: Option<boolean> } => ({
  project: text({ help: "folder for results", expects: "folder", fallback: "runs" }),
  name: text({ help: "subfolder for this run; a number is added if it exists", expects: "name", fallback: name }),
  exist_ok: flag({ help: "write into the subfolder even if it exists", fallback: false }),
});
