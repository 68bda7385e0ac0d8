import { setTimeout as sleep } from "node:timers/promises";
import { libraryValues, optionsFor } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import { optionsOf } from "./command.ts";
import { commands } from "./commands/index.ts";
import { complete, completeWord } from "./completion/complete.ts";
import { findCommand, isFamily } from "./find-command.ts";
import { greeting } from "./greeting.ts";
import { help, isHelp } from "./help/help.ts";
import { inOurOrder } from "./options/python-order.ts";
import { readValues } from "./options/read-values.ts";
import { UsageError } from "./options/usage-error.ts";
import { Interrupt } from "./terminal/interrupt.ts";
import type { Io } from "./terminal/io.ts";
import { Terminal } from "./terminal/terminal.ts";
import { ownVersion } from "./version.ts";

/** Exit codes; docs/cli.md lists them for users. */
export const exitCodes = { done: 0, failed: 1, misused: 2, fault: 70, lost: 75 } as const;

/** Milliseconds that work which is cut off has to clean up. */
const graceTime = 500;

/** Runs the command line of arguments after the program's name, and returns the exit code. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  if (argv[0] === completeWord) {
    await complete(argv.slice(1), io.stdout).catch(() => {});
    return exitCodes.done;
  }
  const json = isOn(argv, "json");
  const terminal = new Terminal(io, json);
  try {
    const result = await untilStopped(dispatch(argv, terminal), terminal);
    if (json) terminal.json(result);
    const { interrupt, caught } = terminal;
    return interrupt?.aborted && caught !== "end" ? stopCode(interrupt) : exitCodes.done;
  } catch (error) {
    const code = report(error, terminal, { json, verbose: isOn(argv, "verbose") });
    if (code === exitCodes.failed || code === exitCodes.misused) await noteMistake(io);
    return code;
  }
}

/** Lets `lookonce launch`, where it started this process, know that a restart would not help. */
async function noteMistake({ env }: Io): Promise<void> {
  if (env.LOOKONCE_LAUNCH === undefined) return;
  const { noteToLauncher } = await import("@lookonce/distributed");
  noteToLauncher("mistake");
}

/** Work that does not end by itself when somebody asks it to stop is left after a moment for cleaning up. */
async function untilStopped<T>(work: Promise<T>, terminal: Terminal): Promise<T> {
  const { interrupt } = terminal;
  if (interrupt === undefined) return work;
  const stopped = new Promise<never>((_resolve, reject) => {
    interrupt.addEventListener("abort", () => {
      if (terminal.caught === "early")
        terminal.note("stopping as soon as nothing is lost; Ctrl+C again ends it at once");
      if (terminal.caught !== "no") return;
      const leave = (): void => reject(interrupt.reason as Error);
      Promise.race([work, sleep(graceTime)]).then(leave, leave);
    });
  });
  return Promise.race([work, stopped]);
}

function stopCode(interrupt: AbortSignal): number {
  return interrupt.reason instanceof Interrupt ? interrupt.reason.exitCode : new Interrupt("SIGINT").exitCode;
}

/** Whether a flag is set, read without understanding the rest, so that mistakes in the rest are reported its way. */
function isOn(argv: readonly string[], key: string): boolean {
  return argv.some((argument) => new RegExp(`^(--)?${key}(=(true|1|yes|on))?$`, "i").test(argument));
}

async function dispatch(given: readonly string[], terminal: Terminal): Promise<object> {
  const [own, started] = splitStarted(given);
  const argv = inOurOrder(own);
  const [word, ...rest] = argv.filter((argument) => !isJsonFlag(argument)).length === 0 ? [] : argv;
  if (word === undefined) return greeting(terminal);
  const words = rest.filter((argument) => !isJsonFlag(argument));
  if (isHelp(word)) return help(words, terminal);
  if (["version", "--version", "-v", "-V"].includes(word)) {
    const version = ownVersion();
    terminal.say(`lookonce ${version}`);
    return { version };
  }
  const wantsHelp = rest.some(isHelp);
  if (isFamily(word, commands) && (wantsHelp || words.length === 0)) return help([word, ...words], terminal);
  const { command, used } = findCommand([word, ...rest], commands);
  if (wantsHelp) return help([command.name], terminal);
  const values = readValues([word, ...rest].slice(used), command, { commands, note: (line) => terminal.note(line) });
  const args = libraryValues(optionsFor(command.options, "library"), values);
  return command.run(libraryValues(optionsOf(command), values), terminal, args, started);
}

/** A command line, and the one behind `--` that the command starts. */
function splitStarted(argv: readonly string[]): [own: readonly string[], started: readonly string[]] {
  const at = argv.indexOf("--");
  const startsCommand = commands.some(({ name, startsCommand: starts }) => starts && name === argv[0]);
  return at < 0 || !startsCommand ? [argv, []] : [argv.slice(0, at), argv.slice(at + 1)];
}

function isJsonFlag(argument: string): boolean {
  return /^(--)?json(=|$)/.test(argument);
}

/** Prints what went wrong and returns the exit code. */
function report(error: unknown, terminal: Terminal, { json, verbose }: { json: boolean; verbose: boolean }): number {
  const { interrupt } = terminal;
  if (interrupt?.aborted) {
    terminal.note("stopped");
    if (json) terminal.json({ error: { code: "INTERRUPTED", message: "stopped" } });
    return stopCode(interrupt);
  }
  const isKnown = error instanceof LookonceError;
  const message = error instanceof Error ? error.message : String(error);
  terminal.error(isKnown ? message : `${message} (a fault of lookonce; verbose=true shows where)`);
  if (verbose && error instanceof Error) terminal.note(traceOf(error));
  if (json) terminal.json({ error: { code: isKnown ? error.code : "INTERNAL", message } });
  if (!isKnown) return exitCodes.fault;
  if (error.code === "LOST") return exitCodes.lost;
  return error instanceof UsageError ? exitCodes.misused : exitCodes.failed;
}

function traceOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${traceOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
