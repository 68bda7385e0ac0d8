import { didYouMean, LookonceError } from "@lookonce/errors";
import { basename, dirname, existsSync, readRegularSync, textOf } from "@lookonce/files";
import { readShipped, shippedModels } from "#shipped-models";
import { type ModelConfig, type ParseModelConfigOptions, parseModelConfig } from "./config/model-config.ts";
import { splitScale } from "./config/scale.ts";

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
  return parseModelConfig(readModelFile(name), { ...options, name });
}

/** A shipped file of several scales: what comes before their letter, and what after it, with a number or a hyphen. */
const sizeless = /^(yolov?\d+(?!\d))(?:-(?=\d))?(u?(?=[-.\d]).*)$/;

function readModelFile(name: string): string {
  const file = /\.ya?ml$/i.test(name) ? name : `${name}.yaml`;
  const { unified, scale } = splitScale(file) ?? {};
  const candidates = unified === undefined ? [file] : [file, unified];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return textOf(readRegularSync(found, { what: "model file", maxBytes: 4_000_000 }));
  const all = dirname(file) === "." ? shippedModels() : [];
  const shipped = candidates.map((candidate) => basename(candidate)).find((candidate) => all.includes(candidate));
  if (shipped !== undefined) return readShipped(shipped);
  // Those of the same number, such as all of yolov9n.yaml's family, which has no size n; else all.
  const number = /\d+/.exec(basename(file))?.[0];
  const related = shippedModels().filter((other) => /\d+/.exec(other)?.[0] === number);
  const [known, which] = related.length > 0 ? [related, "those of this family"] : [shippedModels(), "the shipped ones"];
  const named = scale === undefined ? [] : known.map((other) => other.replace(sizeless, `$1${scale}$2`));
  const hint = didYouMean(basename(file), [...new Set([...named, ...known])]);
  throw new LookonceError("NOT_FOUND", `there is no model file ${name}; ${which} are ${known.join(", ")}.${hint}`);
}
