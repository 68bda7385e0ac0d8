import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The real path of a program in `PATH`, `undefined` when it is not there. */
export function findProgram(
  name: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return realpathSync(file);
    } catch {
      // Not here
    }
  }
  return undefined;
}
