import { didYouMean } from "@lookonce/errors";
import { basename, dirname, extname, join, readdirSync } from "@lookonce/files";

const modelFiles = new Set([".pt", ".pth", ".safetensors", ".onnx", ".yaml", ".yml"]);

/** How many files a hint names. */
const shown = 5;

/** A sentence about what was probably meant where a model is missing: one nearby or `known`, or some; else empty. */
export function nearby(path: string, known: readonly string[] = []): string {
  const folder = dirname(path);
  const files = modelsIn(folder);
  const hint = didYouMean(basename(path), [...files, ...known]);
  if (hint !== "" || files.length === 0) return hint;
  const weights = files.filter((name) => !/\.ya?ml$/i.test(name));
  if (weights.length === 0) return "";
  const more = weights.length > shown ? ", …" : "";
  return ` ${folder === "." ? "Here" : `In ${folder}`} are ${weights.slice(0, shown).join(", ")}${more}.`;
}

function modelsIn(folder: string): string[] {
  try {
    return readdirSync(folder === "" ? "." : join(folder, "."))
      .filter((name) => modelFiles.has(extname(name).toLowerCase()))
      .sort();
  } catch {
    // No folder, no hint
    return [];
  }
}
