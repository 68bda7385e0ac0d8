import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { didYouMean, LookonceError } from "@lookonce/errors";
import { readRegularSync, textOf } from "@lookonce/files";
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
  const text = textOf(readRegularSync(path, { what: "model file", maxBytes: 4_000_000 }));
  return parseModelConfig(text, { ...options, name });
}

/** A shipped file of several scales: what comes before their letter, and what after it, with a number or a hyphen. */
const sizeless = /^(yolov?\d+(?!\d))(?:-(?=\d))?(u?(?=[-.\d]).*)$/;

function findModelFile(name: string): string {
  const file = /\.ya?ml$/i.test(name) ? name : `${name}.yaml`;
  const { unified, scale } = splitScale(file) ?? {};
  const candidates = unified === undefined ? [file] : [file, unified];
  if (dirname(file) === ".") candidates.push(...candidates.map((candidate) => join(shipped, basename(candidate))));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  // Those of the same number, such as all of yolov9n.yaml's family, which has no size n; else all.
  const number = /\d+/.exec(basename(file))?.[0];
  const related = shippedModels().filter((other) => /\d+/.exec(other)?.[0] === number);
  const [known, which] = related.length > 0 ? [related, "those of this family"] : [shippedModels(), "the shipped ones"];
  const named = scale === undefined ? [] : known.map((other) => other.replace(sizeless, `$1${scale}$2`));
  const hint = didYouMean(basename(file), [...new Set([...named, ...known])]);
  throw new LookonceError("NOT_FOUND", `there is no model file ${name}; ${which} are ${known.join(", ")}.${hint}`);
}
