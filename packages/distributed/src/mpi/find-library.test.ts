import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findLibrary } from "./find-library.ts";
import { launchedBy } from "./launched-by.ts";

const folder = mkdtempSync(join(tmpdir(), "libraries-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file with the names that a family's library contains. */
function library(path: string, mark: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `\u007fELF\0${mark}\0`);
  return file;
}

const openMpi = library("both/libmpi.so.40", "ompi_mpi_comm_world");
const mpich = library("both/libmpich.so.12", "MPIR_CVAR_DEBUG");
const intel = library("intel/lib/libmpi.so.12", "I_MPI_FABRICS");
library("neither/libmpi.so", "something else");
const openLaunch = launchedBy({ OMPI_COMM_WORLD_SIZE: "4" });
const mpichLaunch = launchedBy({ PMI_RANK: "1", PMI_SIZE: "2" });

describe("launchedBy", () => {
  it("recognizes what started the process", () => {
    expect(openLaunch).toEqual({ by: "Open MPI's mpirun", size: 4, family: "Open MPI" });
    expect(mpichLaunch).toEqual({ by: "MPICH's mpirun", size: 2, family: "MPICH" });
    const slurm = { SLURM_PROCID: "0", SLURM_STEP_NUM_TASKS: "8" };
    expect(launchedBy({ ...slurm, PMIX_RANK: "0" })).toEqual({ by: "Slurm's srun with PMIx", size: 8 });
    expect(launchedBy({ ...slurm, PMI_RANK: "0", PMI_SIZE: "8" })).toMatchObject({ size: 8, family: "MPICH" });
    expect(() => launchedBy(slurm)).toThrow("srun --mpi=pmix");
  });
  it("reports a connection of MPICH that a program between did not pass on", () => {
    const env = { PMI_RANK: "0", PMI_SIZE: "2", PMI_FD: "987" };
    expect(() => launchedBy(env)).toThrow("node_modules/.bin/lookonce in place of npx lookonce");
    expect(launchedBy({ ...env, PMI_SIZE: "1" })).toBeUndefined();
  });
  it("leaves single processes alone, and the script of a Slurm job", () => {
    const env = { SLURM_PROCID: "0", SLURM_NTASKS: "8" };
    for (const alone of [{}, { OMPI_COMM_WORLD_SIZE: "1" }, { SLURM_PROCID: "0", SLURM_STEP_NUM_TASKS: "1" }, env]) {
      expect(launchedBy(alone)).toBeUndefined();
    }
  });
});

describe("findLibrary", () => {
  const find = (launched: typeof openLaunch, env: Record<string, string>, chosen?: string) =>
    findLibrary(launched, chosen, { env, folders: [] });

  it("finds the library that fits the launcher, by what files contain", () => {
    const env = { LD_LIBRARY_PATH: `:${join(folder, "nowhere")}:${join(folder, "neither")}:${join(folder, "both")}` };
    expect(find(openLaunch, env)).toEqual({ file: openMpi, family: "Open MPI" });
    expect(find(mpichLaunch, env)).toEqual({ file: mpich, family: "MPICH" });
    expect(find(undefined, { CONDA_PREFIX: join(folder, "intel") })).toEqual({ file: intel, family: "MPICH" });
    expect(findLibrary(openLaunch, undefined, { env: {}, folders: [join(folder, "both")] })).toMatchObject({
      file: openMpi,
    });
  });

  it("uses the file or folder that was named, and only that", () => {
    const env = { LOOKONCE_MPI: join(folder, "intel"), LD_LIBRARY_PATH: join(folder, "both") };
    expect(find(undefined, env)).toEqual({ file: intel, family: "MPICH" });
    expect(find(undefined, env, openMpi)).toEqual({ file: openMpi, family: "Open MPI" });
    expect(() => find(undefined, { LOOKONCE_MPI: "/nowhere" })).toThrow("/nowhere, which does not exist");
    expect(() => find(undefined, {}, join(folder, "neither/libmpi.so"))).toThrow("no library of Open MPI or MPICH");
  });

  it("reports a wrong MPI, and none", () => {
    const env = { LD_LIBRARY_PATH: join(folder, "intel/lib") };
    expect(() => find(openLaunch, env)).toThrow(
      `a wrong MPI: Open MPI's mpirun started this process, but the MPI library is MPICH's (${intel}). ` +
        "Start it with MPICH's mpirun, or name Open MPI's library in LOOKONCE_MPI",
    );
    expect(() => find(mpichLaunch, {}, openMpi)).toThrow("a wrong MPI: MPICH's mpirun");
    expect(() => find(openLaunch, {})).toThrow(/no Open MPI library on this machine.*apt-get install/);
    expect(() => find(undefined, {})).toThrow("no MPI library on this machine");
  });
});
