import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root on disk. */
export const root: string = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** The repository on GitHub. */
export const repository = "https://github.com/lookonce/lookonce";

/** The address of a file or folder on GitHub, by its path from the root; undefined where there is no such thing. */
export function addressOnGitHub(path: string): string | undefined {
  const file = join(root, path);
  if (!existsSync(file)) return undefined;
  return `${repository}/${statSync(file).isDirectory() ? "tree" : "blob"}/main/${path}`;
}
