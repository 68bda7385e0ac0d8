import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { didYouMean, LookonceError } from "@lookonce/errors";
import { type ModelConfig, type ParseModelConfigOptions, parseModelConfig } from "./config/model-config.ts";
import { splitScale } from "./config/scale.ts";

/** Model files of this package; the folder lies beside both `src` and `dist`. */
const shipped = fileURLToPath(new URL("../models/", import.meta.url));

/** Names of the model files that come with this package, e.g. `yolov8.yaml`. */
export function shippedModels(): string[] {
  return readdirSync(shipped).filter((name) => name.endsWith(".yaml"));
}

/**
 * Reads a model by name (`yolov8n.yaml`, `yolov8n`) or by the path of a file.
 *
 * A path that exists is read as it is. Otherwise the scale's letter is taken out of the name, `yolov8n.yaml` →
 * `yolov8.yaml`, and that file is looked for beside it and, for a bare name, among the shipped ones.
 *
 * @throws LookonceError `NOT_FOUND` when there is no such file, and those of {@link parseModelConfig}
 */
export function readModelConfig(name: string, options: Omit<ParseModelConfigOptions, "name"> = {}): ModelConfig {
  const path = findModelFile(name);
  return parseModelConfig(readText(path), { ...options, name });
}

function readText(path: string): string {
  if (statSync(path).isDirectory()) throw new LookonceError("FORMAT", `${path} is a folder: a model file is expected`);
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new LookonceError("IO", `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function findModelFile(name: string): string {
  const file = /\.ya?ml$/i.test(name) ? name : `${name}.yaml`;
  const unified = splitScale(file)?.unified;
  const candidates = unified === undefined ? [file] : [file, unified];
  if (dirname(file) === ".") candidates.push(...candidates.map((candidate) => join(shipped, basename(candidate))));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  const known = shippedModels();
  const hint = didYouMean(basename(unified ?? file), known);
  throw new LookonceError(
    "NOT_FOUND",
    `there is no model file ${name}; the shipped ones are ${known.join(", ")}.${hint}`,
  );
}
