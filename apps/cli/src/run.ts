import { didYouMean, LookonceError } from "@lookonce/errors";
import type { Command } from "./command.ts";
import { commands } from "./commands/index.ts";
import { commandHelp, familyHelp, generalHelp } from "./help.ts";
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
  if (helpWords.includes(word)) return help(rest, terminal);
  if (["version", "--version", "-v"].includes(word)) {
    terminal.say(`lookonce ${version}`);
    return { version };
  }
  const wantsHelp = rest.some((argument) => helpWords.includes(argument));
  if (isFamily(word) && (wantsHelp || rest.every(isJsonFlag))) return help([word, ...rest], terminal);
  const { command, used } = find([word, ...rest]);
  if (wantsHelp) return help([command.name], terminal);
  return command.run(parseOptions([word, ...rest].slice(used), command.options, command.name), terminal);
}

const helpWords = ["help", "--help", "-h"];

/** Whether commands of two words begin with this one. */
function isFamily(word: string): boolean {
  return commands.some(({ name }) => name.startsWith(`${word} `));
}

function isJsonFlag(argument: string): boolean {
  return /^(--)?json(=|$)/.test(argument);
}

function help(arguments_: readonly string[], terminal: Terminal): object {
  const words = arguments_.flatMap((argument) => (isJsonFlag(argument) ? [] : argument.split(" ")));
  const [first, ...rest] = words.filter((word) => !helpWords.includes(word));
  const text = helpText(first, rest);
  terminal.say(text.trimEnd());
  return { help: text };
}

function helpText(first: string | undefined, rest: readonly string[]): string {
  if (first === undefined) return generalHelp(commands);
  if (!isFamily(first) || rest.length > 0) return commandHelp(find([first, ...rest]).command);
  return familyHelp(
    first,
    commands.filter(({ name }) => name.startsWith(`${first} `)),
  );
}

/** The command that the first word or the first two name, and how many words that took. */
function find(words: readonly string[]): { command: Command; used: number } {
  const used = isFamily(words[0] as string) ? 2 : 1;
  const word = words.slice(0, used).join(" ");
  const command = commands.find(({ name }) => name === word);
  if (command !== undefined) return { command, used };
  const names = [...commands.map(({ name }) => name), "help", "version"];
  const family = names.filter((name) => name.startsWith(`${words[0]} `));
  const known = used === 2 ? family : names;
  const hint = didYouMean(word, known);
  throw new UsageError(`there is no command "${word}".${hint === "" ? ` There are ${known.join(", ")}.` : hint}`);
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
