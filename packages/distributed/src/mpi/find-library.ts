import { readdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { findProgram } from "../find-program.ts";
import type { Launched, MpiFamily } from "./launched-by.ts";

/** A file to load, and whose it is. */
export interface FoundLibrary {
  file: string;
  family: MpiFamily;
}

/** Where to search; replaced in tests. */
export interface SearchPlaces {
  env?: Readonly<Record<string, string | undefined>>;
  /** Folders of the system's libraries. */
  folders?: readonly string[];
}

const usualFolders: readonly string[] = [
  ...["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"],
  ...["/usr/lib64/openmpi/lib", "/usr/lib64/mpich/lib", "/opt/homebrew/lib", "/opt/local/lib"],
];

/** `libmpi.so`, `libmpi.so.40` (Open MPI), `libmpi.so.12` (MPICH, Intel MPI), `libmpich.so.12` (Debian's MPICH), `libmpi.dylib`. */
const libraryName = /^libmpi(ch)?(\.\d+)?\.(so(\.\d+)*|dylib)$/;

/** A name that only this family's library contains. */
const marks: readonly [MpiFamily, string][] = [
  ["Open MPI", "ompi_mpi_comm_world"],
  ["MPICH", "MPIR_CVAR_"],
  ["MPICH", "I_MPI_"],
];

const installing = "On Debian and Ubuntu: apt-get install openmpi-bin libopenmpi3 (or mpich)";

/**
 * Finds the MPI library to load: the file or folder of `chosen` or `LOOKONCE_MPI`, else in `LD_LIBRARY_PATH`, beside the
 * `mpirun` program, in environments of conda and Python, and in the system's usual folders. Nothing is loaded for that.
 *
 * @throws {LookonceError} `NOT_FOUND` when there is none; `DEVICE` when it is of another MPI than the launcher
 */
export function findLibrary(launched: Launched | undefined, chosen?: string, places: SearchPlaces = {}): FoundLibrary {
  const env = places.env ?? process.env;
  const own = chosen ?? env.LOOKONCE_MPI;
  const wanted = launched?.family;
  const files = own === undefined ? foldersOf(env, places.folders ?? usualFolders).flatMap(librariesIn) : ownFiles(own);
  let other: FoundLibrary | undefined;
  for (const file of new Set(files)) {
    const family = familyOf(file);
    if (family === undefined) continue;
    if (wanted === undefined || family === wanted) return { file, family };
    other ??= { file, family };
  }
  if (other !== undefined && launched !== undefined) throw wrongMpi(launched, other);
  const where = own === undefined ? "on this machine" : `in ${own}`;
  throw new LookonceError(
    "NOT_FOUND",
    `there is no ${wanted ?? "MPI"} library ${where}. ${installing}; LOOKONCE_MPI names a file or folder elsewhere`,
  );
}

/** The sentence for ranks that were started by one MPI and would load another. */
export function wrongMpi({ by, family }: Launched, { file, family: found }: FoundLibrary): LookonceError {
  return new LookonceError(
    "DEVICE",
    `a wrong MPI: ${by} started this process, but the MPI library is ${found}'s (${file}). ` +
      `Start it with ${found}'s mpirun, or name ${family ?? "the launcher"}'s library in LOOKONCE_MPI`,
  );
}

function ownFiles(place: string): string[] {
  const kind = statSync(place, { throwIfNoEntry: false });
  if (kind === undefined) throw new LookonceError("NOT_FOUND", `LOOKONCE_MPI names ${place}, which does not exist`);
  if (!kind.isDirectory()) {
    if (familyOf(place) === undefined) throw new LookonceError("FORMAT", `${place} is no library of Open MPI or MPICH`);
    return [place];
  }
  return [place, join(place, "lib")].flatMap(librariesIn);
}

function foldersOf(env: Readonly<Record<string, string | undefined>>, usual: readonly string[]): string[] {
  const mpirun = findProgram("mpirun", env);
  const prefixes = [env.OPAL_PREFIX, env.MPI_HOME, env.I_MPI_ROOT, env.CONDA_PREFIX, env.VIRTUAL_ENV];
  return [
    ...`${env.LD_LIBRARY_PATH ?? ""}${delimiter}${env.DYLD_LIBRARY_PATH ?? ""}`.split(delimiter),
    ...[mpirun === undefined ? undefined : dirname(dirname(mpirun)), ...prefixes]
      .filter((prefix) => prefix !== undefined)
      .map((prefix) => join(prefix, "lib")),
    ...usual,
  ].filter((folder) => folder !== "");
}

function librariesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => libraryName.test(name));
    // The longest name is a file that belongs to a version; a bare one may be missing without the headers
    return names.sort((a, b) => b.length - a.length || a.localeCompare(b)).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function familyOf(file: string): MpiFamily | undefined {
  try {
    const contents = readFileSync(file);
    return marks.find(([, mark]) => contents.includes(mark))?.[0];
  } catch {
    return undefined;
  }
}
