import { LookonceError } from "@lookonce/errors";
import type { ReadYamlOptions, YamlFile } from "./read.ts";

/** @throws LookonceError `UNSUPPORTED`: a page has the text of a file, not its path */
export async function readYaml(path: string, options: ReadYamlOptions<string | Promise<string>>): Promise<YamlFile> {
  throw hasNoPaths(path, options.what);
}

/** As {@link readYaml}, without a promise. */
export function readYamlSync(path: string, options: ReadYamlOptions<string>): YamlFile {
  throw hasNoPaths(path, options.what);
}

function hasNoPaths(path: string, what: string): LookonceError {
  return new LookonceError(
    "UNSUPPORTED",
    `A page cannot open the ${what} ${path}: read its text, as with File.text() or fetch, and pass that to parseYaml.`,
  );
}
