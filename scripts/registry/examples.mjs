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

/**
 * A program that starts Chromium as containers let it run: the one that CHROMIUM names, or the one of an npm package, with the
 * libraries that it brings.
 */
export async function chromiumProgram(folder) {
  const variables = [];
  let program = process.env.CHROMIUM;
  if (program === undefined) {
    const before = { ...process.env };
    // The package brings its libraries along only on what it detects as Amazon's machines
    process.env.AWS_LAMBDA_JS_RUNTIME = "nodejs22.x";
    const { default: packaged } = await import("@sparticuz/chromium");
    program = await packaged.executablePath();
    for (const [name, value] of Object.entries(process.env)) {
      if (before[name] !== value) variables.push(`export ${name}='${value}'`);
    }
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
  const file = join(folder, "chromium");
  const lines = ["#!/bin/sh", ...variables, `exec '${program}' --no-sandbox --disable-dev-shm-usage "$@"`, ""];
  writeFileSync(file, lines.join("\n"), { mode: 0o755 });
  return file;
}
