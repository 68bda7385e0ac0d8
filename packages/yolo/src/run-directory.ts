import { LookonceError } from "@lookonce/errors";
import { basename, dirname, existsSync, join, mkdirSync, readdirSync, rmdirSync, statSync } from "@lookonce/files";

/**
 * Makes a new folder for results, `path`, or `path2`, `path3`, … when it exists, and returns its path; with `reuse`, `path`
 * even if it exists. It throws `IO` when that fails.
 */
export async function makeRunDirectory(path: string, { reuse = false }: { reuse?: boolean } = {}): Promise<string> {
  if (!reuse) {
    const { makeRunDirectory: make } = await import("@lookonce/trainer");
    return make({ project: dirname(path), name: basename(path) });
  }
  try {
    mkdirSync(path, { recursive: true });
    return path;
  } catch (cause) {
    throw new LookonceError("IO", `cannot make the folder ${path}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * The `weights/last.safetensors` that was written last among the runs of a folder.
 *
 * @throws LookonceError `NOT_FOUND` when there is none
 */
export function newestTraining(project: string): string {
  const runs = existsSync(project) ? readdirSync(project) : [];
  const files = runs.map((run) => join(project, run, "weights", "last.safetensors")).filter((file) => existsSync(file));
  const [newest] = files.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (newest !== undefined) return newest;
  throw new LookonceError(
    "NOT_FOUND",
    `there is no training to resume in ${project}: name its weights/last.safetensors.`,
  );
}

/** Works in a run's folder, which is removed again when the work fails before anything lies in it. */
export async function workIn<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    try {
      rmdirSync(directory);
    } catch {
      // It contains results, or somebody else's files.
    }
    throw error;
  }
}
