import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What a rank reports: that it is connected with the others, that it missed some, or that the training cannot be carried out,
 * which a restart would not change.
 */
export type Note = "started" | "lost" | "mistake";

/** The environment variable by which ranks find the folder of their launch. */
const variable = "LOOKONCE_LAUNCH";

/**
 * What ranks report to the command that started them, as files of a folder that is best on a shared disk: by exit codes a
 * launcher that cannot start looks as a mistake does, and `mpirun` does not end while a machine that was cut off does not answer it.
 */
export class LaunchNotes {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** What ranks must have in their environment. */
  get env(): Record<string, string> {
    return { [variable]: this.folder };
  }

  /** Whether a rank reported this since {@link clear}. */
  has(note: Note): boolean {
    return existsSync(join(this.folder, note));
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Reports to the command that started this rank, where one did whose folder is here. */
export function noteToLauncher(note: Note): void {
  const folder = process.env[variable];
  if (folder === undefined) return;
  try {
    writeFileSync(join(folder, note), "");
  } catch {
    // A machine without the launcher's disk: others report
  }
}
