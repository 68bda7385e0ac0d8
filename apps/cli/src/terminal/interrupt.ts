/** Exit codes of programs that a signal ended: 128 and its number. */
const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/** A signal by which somebody asks the program to stop. */
export type StopSignal = keyof typeof codes;

/** The work was stopped before its end, by Ctrl+C or by the system. */
export class Interrupt extends Error {
  /** What the program exits with. */
  readonly exitCode: number;

  constructor(signal: StopSignal) {
    super("stopped");
    this.exitCode = codes[signal];
  }
}
