import type { OptionTable, OptionValues } from "./options/option.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** One command of `lookonce`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly options: OptionTable;
  /** Whole command lines, for help. */
  readonly examples: readonly string[];
  /** The key whose value may stand alone, as the shell's name in `lookonce completion bash`. */
  readonly positional?: string;
  /** Does the work and gives what `--json` prints. */
  run(values: Readonly<Record<string, unknown>>, terminal: Terminal): Promise<object>;
}

/** A {@link Command} whose `run` knows the types of its options' values. */
export interface CommandSpec<T extends OptionTable> extends Omit<Command, "options" | "run"> {
  readonly options: T;
  run(values: OptionValues<T>, terminal: Terminal): Promise<object>;
}

/** Ties a command's work to its table of options. */
export function command<T extends OptionTable>(spec: CommandSpec<T>): Command {
  return { ...spec, run: (values, terminal) => spec.run(values as OptionValues<T>, terminal) };
}
