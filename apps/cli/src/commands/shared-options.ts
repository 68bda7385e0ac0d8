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
  device: {
    ...choice(devices, { help: "where to compute", fallback: "cpu", aliases: { gpu: "auto", mps: "webgpu" } }),
    explain: (given) =>
      /^(cuda:)?\d+(,\d+)*$|^\[[\d, ]+\]$/.test(given)
        ? "devices have no numbers here; device=auto takes the GPU that works, device=cuda NVIDIA's with its libraries, device=webgpu any (see: lookonce checks)."
        : undefined,
  },
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
  sideOption({ help: "side of the pictures for the model; rounded up to its stride", fallback });

/** One side, or the same one twice, `[640, 640]`. */
function sideOption({ help, fallback }: { help: string; fallback: number }): Option<number> {
  const side = integer({ help, fallback, min: 32 });
  const sides = (given: string): string[] => given.replace(/^[[(](.*)[\])]$/, "$1").split(/\s*[,x×]\s*/);
  return {
    ...side,
    read(given) {
      const all = sides(given.trim());
      return all.every((each) => each === all[0]) ? side.read(all[0] as string) : undefined;
    },
    explain: (given) =>
      sides(given.trim()).length === 2 && sides(given.trim()).every((each) => /^\d+$/.test(each))
        ? `it is the longer side; pictures keep their shape: imgsz=${Math.max(...sides(given.trim()).map(Number))}.`
        : undefined,
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

/** Where results are put: `project/name`, then `name2`, `name3`, … */
export const placeOptions = (
  name: string,
): { project: Option<string>; name: Option<string>; exist_ok: Option<boolean> } => ({
  project: text({ help: "folder for results", expects: "folder", fallback: "runs" }),
  name: text({ help: "subfolder for this run; a number is added if it exists", expects: "name", fallback: name }),
  exist_ok: flag({ help: "write into the subfolder even if it exists", fallback: false }),
});
