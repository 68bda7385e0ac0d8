import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes a program into a folder that starts Chromium as containers let it run: the one that CHROMIUM names, or the one of an npm
 * package, with the libraries that it brings. Returns its path.
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
