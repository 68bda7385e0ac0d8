import {
  type CommandArgs,
  type CommandName,
  type CommandSchema,
  type CommandValues,
  generalOptions,
  type OptionTable,
} from "@lookonce/config";
import type { Terminal } from "./terminal/terminal.ts";

type Values = Readonly<Record<string, unknown>>;

export interface CommandWork {
  /** Whole command lines, for help. */
  readonly examples: readonly string[];
  /** The key whose value may stand alone, as the shell's name in `lookonce completion bash`. */
  readonly positional?: string;
  /** Whether it starts another command, which stands behind `--`. */
  readonly startsCommand?: boolean;
  /**
   * Does the work and returns what `--json` prints. Values have the library's names; `args` are the library's options,
   * `started` the command line behind `--`.
   */
  run(values: Values, terminal: Terminal, args: Values, started: readonly string[]): Promise<object>;
}

/** One command of `lookonce`: its options, of `@lookonce/config`, and its work. */
export interface Command extends CommandSchema, CommandWork {
  readonly name: string;
}

/** {@link CommandWork} that knows the types of its options' values. */
interface TypedWork<N extends CommandName> extends Omit<CommandWork, "run"> {
  run(
    values: CommandValues[N] & { json: boolean; verbose: boolean },
    terminal: Terminal,
    args: CommandArgs[N],
    started: readonly string[],
  ): Promise<object>;
}

/** Ties a command's work to the types of its options. */
export function work<N extends CommandName>(_name: N, spec: TypedWork<N>): CommandWork {
  // Values are read by the schema that the types are generated from
  return spec as unknown as CommandWork;
}

/** All options of a command, with those that every command has. */
export function optionsOf({ options }: Pick<Command, "options">): OptionTable {
  return { ...options, ...generalOptions, ...options };
}
