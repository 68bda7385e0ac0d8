import { readdir } from "node:fs/promises";

const modelFile = /\.(pt|pth|safetensors|onnx|ya?ml)$|^model\.json$/i;

/** Files, and folders with a slash, that the value of an option that expects `file.yaml`, `folder` … may continue with. */
export async function filesFor(
  expects: string,
  { start, isModel }: { start: string; isModel: boolean },
): Promise<string[]> {
  if (!/file|folder|path|source/.test(expects) && !isModel) return [];
  const wanted = isModel ? modelFile : /\.ya?ml/.test(expects) ? /\.ya?ml$/i : /\.txt/.test(expects) ? /\.txt$/i : /./;
  const onlyFolders = /folder/.test(expects) && !/file/.test(expects);
  const slash = start.lastIndexOf("/");
  const [head, name] = [start.slice(0, slash + 1), start.slice(slash + 1)];
  const entries = await readdir(head === "" ? "." : head, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.name.startsWith(name) && (name !== "" || !entry.name.startsWith(".")))
    .filter((entry) => entry.isDirectory() || (!onlyFolders && wanted.test(entry.name)))
    .map((entry) => `${head}${entry.name}${entry.isDirectory() ? "/" : ""}`)
    .sort();
}
