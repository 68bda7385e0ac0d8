import { fstatSync } from "node:fs";
import { LookonceError } from "@lookonce/errors";

/** The two families of MPI libraries: they differ in the values of handles. Intel MPI and MVAPICH belong to MPICH. */
export type MpiFamily = "Open MPI" | "MPICH";

/** What started this process as one of several ranks. */
export interface Launched {
  /** In words, for messages. */
  by: string;
  size: number;
  /** The library that must be loaded; either where the launcher serves both. */
  family?: MpiFamily;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads from environment variables whether a launcher of MPI started this process.
 *
 * Open MPI sets `OMPI_COMM_WORLD_*`; MPICH's Hydra, Intel MPI and Slurm's `--mpi=pmi2` set `PMI_*`; Slurm's `--mpi=pmix`
 * sets `PMIX_RANK`.
 *
 * @returns `undefined` where nothing started it, or as the only process
 * @throws {LookonceError} `ARGUMENT` when Slurm started several tasks that cannot find one another
 */
export function launchedBy(env: Environment = process.env): Launched | undefined {
  const slurmTasks = numberOf(env.SLURM_STEP_NUM_TASKS);
  const inSlurm = env.SLURM_PROCID !== undefined && slurmTasks !== undefined;
  const launched = findLauncher(env, inSlurm ? slurmTasks : undefined);
  if (launched !== undefined) return launched.size > 1 ? launched : undefined;
  if (!inSlurm || slurmTasks < 2) return undefined;
  throw new LookonceError(
    "ARGUMENT",
    `Slurm started ${slurmTasks} tasks, but without a way to find one another. Start them with \`srun --mpi=pmix\` ` +
      "(`srun --mpi=list` shows what this Slurm has), or trainings of their own with `srun -n 1`",
  );
}

function findLauncher(env: Environment, slurmTasks: number | undefined): Launched | undefined {
  const openMpi = numberOf(env.OMPI_COMM_WORLD_SIZE);
  if (openMpi !== undefined) return { by: "Open MPI's mpirun", size: openMpi, family: "Open MPI" };
  const pmi = numberOf(env.PMI_SIZE);
  if (pmi !== undefined && env.PMI_RANK !== undefined) {
    if (pmi > 1 && env.PMI_FD !== undefined && !isOpen(Number(env.PMI_FD))) throw lostConnection();
    return { by: slurmTasks === undefined ? "MPICH's mpirun" : "Slurm's srun with PMI", size: pmi, family: "MPICH" };
  }
  if (env.PMIX_RANK !== undefined && slurmTasks !== undefined)
    return { by: "Slurm's srun with PMIx", size: slurmTasks };
  return undefined;
}

function isOpen(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket();
  } catch {
    return false;
  }
}

function lostConnection(): LookonceError {
  return new LookonceError(
    "ARGUMENT",
    "MPICH's mpirun started this process, but its connection was not passed on, as npx does not: start " +
      "node_modules/.bin/lookonce in place of npx lookonce, or use lookonce launch",
  );
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}
