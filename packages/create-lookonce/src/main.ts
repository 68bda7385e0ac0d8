import { LookonceError, printable } from "@lookonce/errors";
import { createProject } from "./create-project.ts";
import { describeProject } from "./describe-project.ts";
import { ownVersion } from "./own-version.ts";
import { readArguments, usage } from "./read-arguments.ts";

const argv = process.argv.slice(2);

try {
  if (argv.some((word) => /^(--help|-h|help)$/.test(word))) console.log(usage());
  else if (argv.some((word) => /^(--version|-v)$/i.test(word))) console.log(`create-lookonce ${ownVersion()}`);
  else for (const line of describeProject(await createProject(readArguments(argv)))) console.log(printable(line));
} catch (error) {
  if (!(error instanceof LookonceError)) throw error;
  console.error(`error: ${printable(error.message)}`);
  process.exitCode = 1;
}
