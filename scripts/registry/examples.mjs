import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const source = fileURLToPath(new URL("../../examples", import.meta.url));

/** Folders of examples that are projects of their own: those that a stranger copies. `web` is a workspace of this repository. */
export const examples = readdirSync(source).filter(
  (name) => name !== "web" && existsSync(join(source, name, "package.json")),
);

/** What git does not have: results of a try in the folder itself. */
const leftOut = /(^|\/)(node_modules|dist|\.next|\.venv|visits|lookonce|model\.onnx)$/;

/** Copies examples into one project, whose workspaces they are, so that one installation is for all. */
export function layOutExamples(folder, names) {
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    const from = join(source, name);
    cpSync(from, join(folder, name), {
      recursive: true,
      filter: (path) => !leftOut.test(path.slice(source.length + 1)),
    });
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, workspaces: names }));
}

/** Makes a Python environment with what the example needs, beside other work. Returns its program. */
export async function installPython(folder) {
  const run = promisify(execFile);
  await run("python3", ["-m", "venv", folder]);
  const python = join(folder, "bin/python");
  await run(python, ["-m", "pip", "install", "--quiet", "-r", join(source, "python/requirements.txt")]);
  return python;
}
