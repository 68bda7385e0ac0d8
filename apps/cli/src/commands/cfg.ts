import { writeFile } from "node:fs/promises";
import { LookonceError } from "@lookonce/errors";
import { type Command, command } from "../command.ts";
import { findCommand, isFamily } from "../find-command.ts";
import { optionsOf } from "../options/all-options.ts";
import { configText, optionRecord } from "../options/config-text.ts";
import { choice, type Option, text } from "../options/option.ts";
import { table } from "../terminal/table.ts";
import { wrap } from "../terminal/wrap.ts";
import { outputOptions } from "./shared-options.ts";

/** The file that `lookonce cfg copy` writes. */
const copyName = "lookonce.yaml";

/** `lookonce cfg`: all options of these commands with their defaults, or a file of them. */
export const cfg = (commands: readonly Command[]): Command =>
  command({
    name: "cfg",
    summary: "Shows every option with its default, or writes a configuration file for cfg=.",
    positional: "command",
    options: {
      command: text({
        help: `command to show, such as train or "data check" (default: all); copy writes ${copyName}`,
        expects: "command",
        fallback: undefined,
      }),
      format: choice(["yaml", "table"], { help: "how to show them", fallback: "yaml" }),
      output: text({ help: "file to write in place of showing them", expects: "file.yaml", fallback: undefined }),
      ...outputOptions,
    },
    examples: ["lookonce cfg", "lookonce cfg train format=table", "lookonce cfg output=lookonce.yaml"],
    async run({ command: name, format, output, json }, terminal) {
      const file = output ?? (name === "copy" ? copyName : undefined);
      const chosen = name === undefined || name === "copy" ? commands : named(name, commands);
      const defaults = Object.fromEntries(chosen.map((each) => [each.name, mapValues(optionsOf(each), optionRecord)]));
      if (file !== undefined) {
        await write(file, configText(chosen));
        terminal.say(`wrote ${file}; change what you need and use it with cfg=${file}`);
        return { file, defaults };
      }
      if (json) return defaults;
      if (format === "yaml") terminal.say(configText(chosen).trimEnd());
      else for (const line of chosen.flatMap((each) => tableOf(each, terminal.columns))) terminal.say(line);
      return defaults;
    },
  });

function named(name: string, commands: readonly Command[]): Command[] {
  if (isFamily(name, commands)) return commands.filter((each) => each.name.startsWith(`${name} `));
  return [findCommand(name.split(" "), commands).command];
}

function tableOf(each: Command, columns: number): string[] {
  const entries = Object.entries(optionsOf(each));
  const left = entries.map(([key, option]) => [key, option.required ? "(required)" : shown(option), option.expects]);
  const room =
    columns - [0, 1, 2].reduce((sum, i) => sum + 2 + Math.max(8, ...left.map((row) => (row[i] as string).length)), 0);
  const rows = entries.map(([, option], i) => [
    ...(left[i] as string[]),
    wrap(option.help, Math.max(30, room)).join("\n"),
  ]);
  return [
    each.name,
    ...table(
      ["  key", "default", "expects", ""],
      rows.map(([key, ...rest]) => [`  ${key}`, ...rest]),
      { align: "<<<<" },
    ),
    "",
  ];
}

function shown({ fallback }: Option<unknown>): string {
  return fallback === undefined ? "–" : String(fallback);
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

async function write(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content, { flag: "wx" });
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const why = exists ? "it exists, and stays as it is; output=file names another" : (cause as Error).message;
    throw new LookonceError("IO", `cannot write ${file}: ${why}.`, { cause });
  }
}
