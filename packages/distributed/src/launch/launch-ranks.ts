import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { LookonceError } from "@lookonce/errors";
import { findMpirun, mpirunArguments, mpirunEnvironment } from "./find-mpirun.ts";
import type { LaunchNotes } from "./launch-notes.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Options of {@link launchRanks}. */
export interface LaunchOptions {
  /** Default: as many as the launcher starts by itself, as under Slurm or where its settings name machines. */
  ranks?: number | undefined;
  /** The program of a rank and its arguments. */
  command: readonly string[];
  /** Machines with their ranks, as `a:2,b:2`. Default: this machine, or those that the launcher's settings name. */
  hosts?: string | undefined;
  /** A launcher with its arguments, as `srun --mpi=pmix`. Default: `mpirun`. */
  launcher?: string | undefined;
  env?: Environment;
  /** When it aborts, all ranks are ended. */
  signal?: AbortSignal | undefined;
  /** Where ranks report that they missed others: the launcher must end soon then. */
  notes?: LaunchNotes | undefined;
}

/** Milliseconds that a launcher has to end its ranks before it is killed. */
const endTimeMs = 10_000;

/** Milliseconds between checks whether ranks missed others. */
const checkEveryMs = 500;

/**
 * Starts ranks through `mpirun` and waits for their end. They print to this process's streams.
 *
 * @returns the launcher's exit code: that of the rank that ended it, or 128 and the number of the signal that killed it
 * @throws {LookonceError} `NOT_FOUND` when no MPI is installed
 */
export async function launchRanks(options: LaunchOptions): Promise<number> {
  const { command, env = process.env, signal, notes } = options;
  const launcher = await launcherOf(options, { ...env, ...notes?.env });
  notes?.clear();
  const [program = "", ...args] = [...launcher.words, ...command];
  // A group of its own: Ctrl+C in a terminal reaches this process only, which then ends the ranks
  const detached = true;
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], env: launcher.env, detached });
  const end = (): void => endGroup(child);
  const kill = (): void => killGroup(child);
  signal?.addEventListener("abort", end, { once: true });
  process.once("exit", kill);
  if (signal?.aborted) end();
  const watch = setInterval(() => {
    if (!notes?.has("lost")) return;
    clearInterval(watch);
    killLater(child);
  }, checkEveryMs);
  try {
    return await exitCodeOf(child, program);
  } finally {
    clearInterval(watch);
    signal?.removeEventListener("abort", end);
    process.off("exit", kill);
    kill();
  }
}

async function launcherOf(
  { ranks, hosts, launcher }: Pick<LaunchOptions, "ranks" | "hosts" | "launcher">,
  env: Environment,
): Promise<{ words: string[]; env: Environment }> {
  const count = ranks === undefined ? [] : ["-n", String(ranks)];
  if (launcher !== undefined) return { words: [...launcher.trim().split(/\s+/), ...count], env };
  const { program, family } = await findMpirun(env);
  const words = [program, ...count, ...mpirunArguments(family, hosts, env)];
  return { words, env: { ...env, ...mpirunEnvironment(family, process.getuid?.()) } };
}

function exitCodeOf(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("error", (cause) => {
      reject(new LookonceError("NOT_FOUND", `${program} cannot be started: ${cause.message}`, { cause }));
    });
    child.on("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

/** Asks the launcher to end its ranks, and kills it when it does not. */
function endGroup(child: ChildProcess): void {
  child.kill("SIGTERM");
  killLater(child);
}

function killLater(child: ChildProcess): void {
  setTimeout(() => killGroup(child), endTimeMs).unref();
}

/** Kills what is left of the launcher's processes. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // All have ended
  }
}
