/** Where text goes; `process.stdout` and `process.stderr` are ones. */
export interface Output {
  write(text: string): unknown;
  /** Whether it is a terminal, which a person reads. */
  isTTY?: boolean;
  /** Width in characters, of a terminal. */
  columns?: number;
}

/** What a command may use of its surroundings. */
export interface Io {
  stdout: Output;
  stderr: Output;
  env: Readonly<Record<string, string | undefined>>;
  /** The person's request to stop (Ctrl+C), or the system's; its reason is the {@link Interrupt}. */
  interrupt?: AbortSignal;
  /** From now on the system ends the program when it is asked to stop. */
  ignoreInterrupt?(): void;
}
