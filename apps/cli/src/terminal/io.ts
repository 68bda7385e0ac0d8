/** Where text goes; `process.stdout` and `process.stderr` are ones. */
export interface Output {
  write(text: string): unknown;
  /** Whether a person looks at it. */
  isTTY?: boolean;
  /** Width in characters, of a terminal. */
  columns?: number;
}

/** What a command may use of its surroundings. */
export interface Io {
  stdout: Output;
  stderr: Output;
  /** Environment variables. */
  env: Readonly<Record<string, string | undefined>>;
  /** From now on the person's request to stop (Ctrl+C) comes as a signal, once; the next one ends the program. */
  catchInterrupt?(): AbortSignal;
}
