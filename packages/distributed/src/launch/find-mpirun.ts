import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { LookonceError } from "@lookonce/errors";
import { findProgram } from "../find-program.ts";
import type { MpiFamily } from "../mpi/launched-by.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A program that starts ranks. */
export interface Mpirun {
  program: string;
  family: MpiFamily;
}

/** Names of the program: everybody's, and Debian's where both families are installed. */
const names = ["mpirun", "mpiexec", "mpirun.openmpi", "mpirun.mpich"] as const;

/**
 * The program that starts ranks: `LOOKONCE_MPIRUN`, or the first `mpirun` or `mpiexec` in `PATH`.
 *
 * @throws {LookonceError} `NOT_FOUND` when there is none, `UNSUPPORTED` when it belongs to an unknown MPI
 */
export async function findMpirun(env: Environment = process.env): Promise<Mpirun> {
  const own = env.LOOKONCE_MPIRUN;
  const program = own ?? names.find((name) => findProgram(name, env) !== undefined);
  if (program === undefined) {
    throw new LookonceError(
      "NOT_FOUND",
      "several ranks need MPI, which is not installed here: there is no mpirun. On Debian and Ubuntu: " +
        "apt-get install openmpi-bin (or mpich); on macOS: brew install open-mpi. LOOKONCE_MPIRUN names the program elsewhere",
    );
  }
  const printed = await versionOf(program, env);
  if (/Open MPI|OpenRTE|PRRTE|prte/i.test(printed)) return { program, family: "Open MPI" };
  if (/HYDRA|MPICH|Intel\(R\) MPI|MVAPICH/i.test(printed)) return { program, family: "MPICH" };
  throw new LookonceError(
    "UNSUPPORTED",
    `${program} is of no MPI that lookonce knows (Open MPI, or MPICH and its relatives)`,
  );
}

async function versionOf(program: string, env: Environment): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, ["--version"], { env: { ...env }, timeout: 20_000 });
    return stdout + stderr;
  } catch (cause) {
    throw new LookonceError("NOT_FOUND", `${program} cannot be run: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Arguments of `mpirun` besides the number of ranks: they are not bound to single cores, since each has several threads, and
 * may be more than the cores.
 *
 * @param hosts as `a:2,b:2`: machines with their ranks; this one when not given
 */
export function mpirunArguments(family: MpiFamily, hosts: string | undefined, env: Environment): string[] {
  if (family === "MPICH") return hosts === undefined ? [] : ["-hosts", hosts];
  const onOneMachine = ["--bind-to", "none", "--oversubscribe"];
  if (hosts === undefined) return onOneMachine;
  // Other machines get only what is named; MPICH's get all
  const own = Object.keys(env).filter((name) => name.startsWith("LOOKONCE_"));
  return [...onOneMachine, "--host", hosts, ...own.flatMap((name) => ["-x", name])];
}

/** What the launcher needs in its environment: Open MPI refuses to run as root otherwise, as in containers. */
export function mpirunEnvironment(family: MpiFamily, userId: number | undefined): Record<string, string> {
  if (family !== "Open MPI" || userId !== 0) return {};
  const allowed = ["OMPI_ALLOW_RUN_AS_ROOT", "PRTE_ALLOW_RUN_AS_ROOT"];
  return Object.fromEntries(allowed.flatMap((name) => [name, `${name}_CONFIRM`]).map((name) => [name, "1"]));
}
