import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require: NodeJS.Require = createRequire(import.meta.url);

/**
 * The version of an installed package, or `undefined`.
 *
 * @param owner the package of ours that depends on it: with some package managers only that one can see it
 */
export function packageVersion(name: string, owner?: string): string | undefined {
  try {
    if (name === "@lookonce/yolo") return manifestAbove(fileURLToPath(new URL(".", import.meta.url)), name);
    const from = owner === undefined ? require : createRequire(require.resolve(owner));
    return manifestAbove(dirname(from.resolve(name)), name);
  } catch {
    return undefined;
  }
}

/** The version in the nearest package.json of this name, from a folder upwards. */
function manifestAbove(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const manifest = read(join(at, "package.json"));
    if (manifest?.name === name) return manifest.version;
    if (dirname(at) === at) return undefined;
  }
}

function read(file: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as { name?: string; version?: string };
  } catch {
    // No manifest in this folder: go on further up
    return undefined;
  }
}
