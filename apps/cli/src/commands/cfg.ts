import { rm, writeFile } from "node:fs/promises";
import { describeDefault, expects, fixedDefault, generalOptions, type Option, sharedDefault } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { dump } from "js-yaml";
import { type Command, type CommandWork, optionsOf, work } from "../command.ts";
import { findCommand, isFamily } from "../find-command.ts";
import { table } from "../terminal/table.ts";
import { wrap } from "../terminal/wrap.ts";

/** The file that `lookonce cfg copy` writes. */
const copyName = "lookonce.yaml";

/** `lookonce cfg`: all options of these commands with their defaults, or a file of them. */
export const cfg = (all: () => readonly Command[]): CommandWork =>
  work("cfg", {
    positional: "command",
    examples: ["lookonce cfg", "lookonce cfg train format=table", "lookonce cfg output=lookonce.yaml"],
    async run({ command: name, format, output, json }, terminal) {
      const commands = all().filter(({ isTool }) => isTool !== true);
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
      else terminal.say(...chosen.flatMap((each) => tableOf(each, terminal.columns)));
      return defaults;
    },
  });

function named(name: string, commands: readonly Command[]): Command[] {
  if (isFamily(name, commands)) return commands.filter((each) => each.name.startsWith(`${name} `));
  return [findCommand(name.split(" "), commands).command];
}

function tableOf(each: Command, columns: number): string[] {
  const entries = Object.entries(optionsOf(each));
  const left = entries.map(([key, option]) => [`  ${key}`, shown(option), expects(option)]);
  const widths = [10, 8, 8].map((least, i) => Math.max(least, ...left.map((row) => (row[i] as string).length)));
  const room = Math.max(30, columns - widths.reduce((sum, width) => sum + width + 2, -2));
  const rows = entries.map(([, { help }], i) => [...(left[i] as string[]), wrap(help, room).join("\n")]);
  return [each.name, ...table(["  key", "default", "expects", ""], rows, { align: "<<<<" }), ""];
}

function shown(option: Option): string {
  return option.required ? "(required)" : (describeDefault(option) ?? "–");
}

/** What programs want to know of an option. */
function optionRecord(option: Option): object {
  const { help, required = false, choices } = option;
  const record = { default: sharedDefault(option) ?? null, required, expects: expects(option), help };
  return choices === undefined ? record : { ...record, choices };
}

/** The options of commands as a YAML file that changes nothing: what has no fixed default is commented out. */
function configText(commands: readonly Command[]): string {
  const head = [
    "# Options of lookonce, with their defaults. Use it with cfg=FILE; the command line overrides it.",
    "# Keys at the top, such as imgsz: 320, are for all commands that have them.",
  ];
  return [...head, ...commands.flatMap((command) => ["", ...section(command)])].join("\n").concat("\n");
}

function section({ name, options }: Command): string[] {
  const entries = Object.entries(options).filter(([key]) => !(key in generalOptions));
  const lines = entries.map(([key, option]) => [lineOf(key, option), option.help] as const);
  const width = Math.min(40, Math.max(...lines.map(([line]) => line.length)));
  const isEmpty = lines.every(([line]) => line.startsWith("#"));
  const title = `${/\s/.test(name) ? JSON.stringify(name) : name}:${isEmpty ? " {}" : ""}`;
  return [title, ...lines.map(([line, help]) => `  ${line.padEnd(width)}  # ${help}`)];
}

function lineOf(key: string, option: Option): string {
  const fixed = fixedDefault(option);
  if (option.required) return `# ${key}: ${expects(option)}`;
  if (fixed === undefined) return `# ${key}: ${describeDefault(option) ?? ""}`.trimEnd();
  return `${key}: ${dump(fixed, { flowLevel: 0 }).trim()}`;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

async function write(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content, { flag: "wx" });
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === "EEXIST";
    // What a full disk stored of it would be refused, as a file that exists, the next time
    if (!exists) await rm(file, { force: true }).catch(() => {});
    const why = exists ? "it exists, and stays as it is; output=file names another" : (cause as Error).message;
    throw new LookonceError("IO", `cannot write ${file}: ${why}.`, { cause });
  }
}
