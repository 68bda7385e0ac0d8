import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { didYouMean, LookonceError } from "@lookonce/errors";
import { readRegularSync } from "@lookonce/files";
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
 * @throws LookonceError `NOT_FOUND` when there is no such file, `FORMAT` when it is no regular file or above 4 MB, and those
 *   of {@link parseModelConfig}
 */
export function readModelConfig(name: string, options: Omit<ParseModelConfigOptions, "name"> = {}): ModelConfig {
  const path = findModelFile(name);
  const text = readRegularSync(path, { what: "model file", maxBytes: 4_000_000 }).toString("utf8");
  return parseModelConfig(text, { ...options, name });
}

function findModelFile(name: string): string {
  const file = /\.ya?ml$/i.test(name) ? name : `${name}.yaml`;
  const unified = splitScale(file)?.unified;
  const candidates = unified === undefined ? [file] : [file, unified];
  if (dirname(file) === ".") candidates.push(...candidates.map((candidate) => join(shipped, basename(candidate))));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  const known = shippedModels();
  // A file of the same family before others of a similar name: of yolov9n.yaml yolov9c.yaml, not yolov3.yaml.
  const number = /\d+/.exec(basename(file))?.[0];
  const related = known.filter((other) => /\d+/.exec(other)?.[0] === number);
  const hint = didYouMean(basename(unified ?? file), related.length > 0 ? related : known);
  throw new LookonceError(
    "NOT_FOUND",
    `there is no model file ${name}; the shipped ones are ${known.join(", ")}.${hint}`,
  );
}
