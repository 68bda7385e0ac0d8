import { LookonceError } from "@lookonce/errors";
import { latin1Of } from "./bytes.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { readBytes } from "./files.ts";
import { decodeSafetensors } from "./safetensors/decode.ts";
import { checkpointFromSafetensors } from "./safetensors/metadata.ts";
import { decodeTorchCheckpoint } from "./torch/checkpoint.ts";
import { loadLegacyTorch, loadTorch } from "./torch/load.ts";

/** Options of {@link readCheckpoint}. */
export interface ReadCheckpointOptions {
  /** What to call the file in errors; its path by default, or "checkpoint" for bytes. */
  name?: string;
  /**
   * Which model is read from a training checkpoint that contains two: the moving average of the weights (`"ema"`, the
   * default, which validation and users of such checkpoints expect) or the weights themselves (`"model"`).
   */
  prefer?: "ema" | "model";
}

/**
 * Reads a model's weights and what the file says about the model, from a PyTorch checkpoint (`.pt`, as `torch.save` writes
 * it, today's zip archive or the format from before PyTorch 1.6: a dict with a pickled model, a model, or a dict of tensors)
 * or from a safetensors file. The kind of file is detected from its content.
 *
 * Nothing of the file is executed: classes become inert records, and a pickle that names anything beyond the parts of
 * models is refused. Half precision and bfloat16 are widened to single precision.
 *
 * @param file a path, or the whole file's bytes
 * @throws LookonceError `NOT_FOUND`; `FORMAT` for truncated or damaged files; `UNSAFE` for a pickle that could run code,
 *   naming what it asks for; `UNSUPPORTED` for TorchScript, compressed archives and unusual element types
 */
export function readCheckpoint(file: string | Uint8Array, options: ReadCheckpointOptions = {}): Checkpoint {
  const bytes = typeof file === "string" ? readBytes(file) : file;
  const { name = typeof file === "string" ? file : "checkpoint", prefer = "ema" } = options;
  switch (kindOf(bytes)) {
    case "zip":
      return decodeTorchCheckpoint(bytes, name, { load: loadTorch, prefer });
    case "safetensors":
      return checkpointFromSafetensors(decodeSafetensors(bytes, name), name);
    case "legacy":
      return decodeTorchCheckpoint(bytes, name, { load: loadLegacyTorch, prefer });
    case "pointer":
      throw new LookonceError("FORMAT", `${name}: only a Git LFS pointer to the file; fetch it with "git lfs pull"`);
    case "page":
      throw new LookonceError("FORMAT", `${name}: a web page, not a checkpoint; download the file itself`);
    default:
      throw new LookonceError(
        "FORMAT",
        `${name}: neither a PyTorch checkpoint nor a safetensors file, or truncated after ${bytes.length} bytes; download it again`,
      );
  }
}

type Kind = "zip" | "safetensors" | "legacy" | "pointer" | "page" | "unknown";

function kindOf(bytes: Uint8Array): Kind {
  const start = latin1Of(bytes.subarray(0, 64));
  if (start.startsWith("PK\x03\x04")) return "zip";
  // A pickle of the number 0x1950a86a20f9469cfc6c opens every file that torch.save wrote before PyTorch 1.6.
  if (start.startsWith("l\xfc\x9cF\xf9 j\xa8P\x19", 4)) return "legacy";
  if (start.startsWith("version https://git-lfs")) return "pointer";
  if (/^\s*<(!doctype|html|\?xml)/i.test(start)) return "page";
  return start[8] === "{" ? "safetensors" : "unknown";
}
