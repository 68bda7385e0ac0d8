import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Runs a program to its end.
 *
 * @returns {{ seconds: number, processor: number }} the whole process, and the processor's time for it
 */
export function timed(program, args, { cwd, env = {} }) {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-timed-"));
  const [output, errors] = [join(folder, "output.txt"), join(folder, "errors.txt")];
  // The processor's time of a child is known once it has ended, by the shell that waited for it
  const script = `TIMEFORMAT="%U %S"; time "$@" > '${output}' 2> '${errors}'`;
  try {
    const start = performance.now();
    const run = spawnSync("bash", ["-c", script, "bash", program, ...args], {
      cwd,
      encoding: "utf8",
      env: { ...process.env, ...env },
    });
    const seconds = (performance.now() - start) / 1000;
    if (run.status !== 0) throw new Error(`${program} ${args.join(" ")}: ${readFileSync(errors, "utf8").slice(-2000)}`);
    const [user, system] = run.stderr.trim().split("\n").at(-1).split(" ").map(Number);
    return { seconds, processor: user + system };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
