import { generalOptions, optionsMarkdown } from "@lookonce/config";
import type { Command } from "../command.ts";

/** What docs/cli.md says of the options: a table of those of every command, and a section for each command. */
export function reference(commands: readonly Command[]): string {
  return ["## Options of every command", "", optionsMarkdown(generalOptions), ...commands.flatMap(section)].join("\n");
}

function section({ name, summary, examples, options }: Command): string[] {
  const table = Object.keys(options).length === 0 ? [] : ["", optionsMarkdown(options)];
  return ["", `## lookonce ${name}`, "", summary, "", "```sh", ...examples, "```", ...table];
}
