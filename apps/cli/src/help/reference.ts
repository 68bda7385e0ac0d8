import type { Command } from "../command.ts";
import { outputOptions } from "../commands/shared-options.ts";
import { optionsOf } from "../options/all-options.ts";
import type { Option, OptionTable } from "../options/option.ts";

/** Keys that every command has; they are told once. */
const everywhere = ["json", "verbose", "cfg"];

/** The part of docs/cli.md that follows from the tables of options: a section a command. */
export function reference(commands: readonly Command[]): string {
  const general = optionsOf({ options: outputOptions });
  return [
    "## Options of every command",
    "",
    ...optionTable(everywhere.map((key) => [key, general[key] as Option<unknown>])),
    ...commands.flatMap(section),
    "",
  ].join("\n");
}

function section(command: Command): string[] {
  const general: OptionTable = outputOptions;
  const own = Object.entries(command.options).filter(([key, { help }]) => help !== general[key]?.help);
  return [
    "",
    `## lookonce ${command.name}`,
    "",
    command.summary,
    "",
    "```sh",
    ...command.examples,
    "```",
    ...(own.length === 0 ? [] : ["", ...optionTable(own)]),
  ];
}

function optionTable(rows: readonly (readonly [string, Option<unknown>])[]): string[] {
  return [
    "| key | expects | default | meaning |",
    "| --- | --- | --- | --- |",
    ...rows.map(
      ([key, option]) => `| \`${key}\` | ${cell(option.expects)} | ${fallbackOf(option)} | ${cell(option.help)} |`,
    ),
  ];
}

function fallbackOf({ required, fallback }: Option<unknown>): string {
  if (required) return "needed";
  return fallback === undefined ? "" : `\`${cell(String(fallback))}\``;
}

/** A vertical bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
