import { existsSync, realpathSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { didYouMean, LookonceError } from "@lookonce/errors";
import { shippedModels } from "@lookonce/yolo";
import { confineFile } from "./confine.ts";
import { listFiles } from "./list-files.ts";

/** Endings of models, the likeliest first. */
const endings = [".pt", ".safetensors", ".yaml", ".yml", ".onnx"];

/**
 * The file of a model: one in the roots, with or without its ending, or the name of a model file that is shipped, such as
 * `yolov8n.yaml`.
 *
 * @throws LookonceError `NOT_FOUND` when there is none, which is also said of files elsewhere on the machine
 */
export async function findModelFile(roots: readonly string[], name: string): Promise<string> {
  const found = confineFile(roots, name, endings);
  if (found !== undefined) return found;
  const shipped = await shippedModels();
  if (isShipped(name, shipped)) return name;
  const known = (await modelFiles(roots)).map((file) => file.name);
  const hint = didYouMean(name, [...known, ...shipped]);
  throw new LookonceError("NOT_FOUND", `there is no model "${name}" in the service's model folders.${hint}`);
}

/** The files of all models in the roots: their names below the root, and their real paths. */
export async function modelFiles(roots: readonly string[]): Promise<{ name: string; path: string }[]> {
  const found = await Promise.all(
    roots.map(async (root) => {
      const files = await listFiles(root, { only: (name) => endings.includes(extname(name)) });
      const real = files.length === 0 ? root : realpathSync(root);
      return files.map(({ name }) => ({ name, path: join(real, name) }));
    }),
  );
  return found.flat();
}

/** Whether a bare name is that of a shipped model file, with or without the letter of its size. */
function isShipped(name: string, shipped: readonly string[]): boolean {
  const file = /\.ya?ml$/.test(name) ? name : `${name}.yaml`;
  if (basename(file) !== file || existsSync(file)) return false;
  const forms = shipped.map((known) => known.replace(/^(yolov\d+)/, "$1[nsmlx]?").replaceAll(".", "\\."));
  return forms.some((form) => new RegExp(`^${form}$`).test(file));
}
