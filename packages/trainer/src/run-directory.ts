import { LookonceError } from "@lookonce/errors";
import { join, mkdirSync, withLock } from "@lookonce/files";

/** Options of {@link makeRunDirectory}. */
export interface RunDirectoryOptions {
  /** Folder that the run's folder is made in. Default `runs/train`. */
  project?: string;
  /** The run's folder; a number is added when it exists. Default `exp`. */
  name?: string;
}

/**
 * Makes a new folder: `runs/train/exp`, then `exp2`, `exp3`, … Making it claims it, so that two runs that start at once
 * get two folders.
 *
 * @throws LookonceError `IO` when the folder cannot be made
 */
export function makeRunDirectory({ project = "runs/train", name = "exp" }: RunDirectoryOptions = {}): string {
  try {
    mkdirSync(project, { recursive: true });
  } catch (cause) {
    throw new LookonceError("IO", `cannot make the folder ${project}: ${(cause as Error).message}`, { cause });
  }
  for (let number = 1; ; number++) {
    const directory = join(project, number === 1 ? name : `${name}${number}`);
    try {
      mkdirSync(directory);
      return directory;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw new LookonceError("IO", `cannot make the folder ${directory}: ${(cause as Error).message}`, { cause });
    }
  }
}

/**
 * Does something while no other process or thread does it in a run's folder, by its `run.lock`.
 *
 * @throws LookonceError `IO` when somebody else does
 */
export function lockRun<T>(directory: string, action: () => Promise<T>): Promise<T> {
  return withLock(join(directory, "run.lock"), action, {
    // A training that was killed, and is resumed at once, may be ending
    patience: 2_000,
    onWait(owner) {
      const who = owner === undefined ? "" : ` (process ${owner.pid} on ${owner.host}, since ${owner.since})`;
      throw new LookonceError(
        "IO",
        `another training is writing to ${directory}${who}: wait until it ends, or train to another folder.`,
      );
    },
  });
}
