import { didYouMean, LookonceError } from "@lookonce/errors";
import type { Command } from "./command.ts";
import { commands } from "./commands/index.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { parseOptions } from "./options/parse.ts";
import { UsageError } from "./options/usage-error.ts";
import type { Io } from "./terminal/io.ts";
import { Terminal } from "./terminal/terminal.ts";
import { version } from "./version.ts";

/** Exit codes: the work could not be done, and the command line could not be understood. */
const failed = 1;
const misused = 2;

/**
 * Runs one command line.
 *
 * @param argv arguments after the program's name
 * @returns the exit code
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = isOn(argv, "json");
  const terminal = new Terminal(io, json);
  try {
    const result = await dispatch(argv, terminal);
    if (json) terminal.json(result);
    return 0;
  } catch (error) {
    report(error, terminal, { json, verbose: isOn(argv, "verbose") });
    return error instanceof UsageError ? misused : failed;
  }
}

/** Whether a flag is set, told without understanding the rest, so that mistakes in the rest are reported its way. */
function isOn(argv: readonly string[], key: string): boolean {
  return argv.some((argument) => new RegExp(`^(--)?${key}(=(true|1|yes|on))?$`, "i").test(argument));
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<object> {
  // YOLO users may name the task first: detect train model=…
  const [word = "help", ...rest] = argv[0] === "detect" ? argv.slice(1) : argv;
  if (["help", "--help", "-h"].includes(word)) return help(rest, terminal);
  if (["version", "--version", "-v"].includes(word)) {
    terminal.say(`lookonce ${version}`);
    return { version };
  }
  const command = find(word);
  if (rest.some((argument) => ["help", "--help", "-h"].includes(argument))) return help([word], terminal);
  return command.run(parseOptions(rest, command.options, command.name), terminal);
}

function help(words: readonly string[], terminal: Terminal): object {
  const name = words.find((word) => !/^(--)?json/.test(word));
  const text = name === undefined ? generalHelp(commands) : commandHelp(find(name));
  terminal.say(text.trimEnd());
  return { help: text };
}

function find(word: string): Command {
  const command = commands.find(({ name }) => name === word);
  if (command !== undefined) return command;
  const names = [...commands.map(({ name }) => name), "help", "version"];
  const hint = didYouMean(word, names);
  throw new UsageError(`there is no command "${word}".${hint === "" ? ` There are ${names.join(", ")}.` : hint}`);
}

function report(error: unknown, terminal: Terminal, { json, verbose }: { json: boolean; verbose: boolean }): void {
  const isKnown = error instanceof LookonceError;
  const message = error instanceof Error ? error.message : String(error);
  terminal.error(isKnown ? message : `${message} (a fault of lookonce; verbose=true shows where)`);
  if (verbose && error instanceof Error) terminal.note(traceOf(error));
  if (json) terminal.json({ error: { code: isKnown ? error.code : "INTERNAL", message } });
}

function traceOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${traceOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
