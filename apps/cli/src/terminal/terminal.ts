import { printable } from "@lookonce/errors";
import pc from "picocolors";
import type { Io, Output } from "./io.ts";
import { startSpinner } from "./spinner.ts";

type Colors = ReturnType<typeof pc.createColors>;

/** Milliseconds between two drawings of a progress line: fast enough to look alive. */
const frameTime = 100;

/** Milliseconds without news of progress after which only that something goes on is shown. */
const quietTime = 2_000;

/**
 * Output of a command. Results go to stdout and progress to stderr; with `--json` stdout is kept for the JSON object
 * and everything else goes to stderr.
 */
export class Terminal {
  /** Colors for {@link say}. */
  readonly colors: Colors;
  #said: Output;
  #io: Io;
  readonly #noteColors: Colors;
  #hasProgress = false;
  #caught: "no" | "early" | "end" = "no";
  #lastFrame = Number.NEGATIVE_INFINITY;

  constructor(io: Io, json: boolean) {
    this.#io = io;
    this.#said = json ? io.stderr : io.stdout;
    this.colors = colorsFor(this.#said, io);
    this.#noteColors = colorsFor(io.stderr, io);
  }

  /** Where others may show progress. */
  get stderr(): Output {
    this.#endProgress();
    return this.#io.stderr;
  }

  /** Characters that fit on a line of {@link say}; where it goes to a file or a program, as many as read well. */
  get columns(): number {
    return Math.max(40, this.#said.columns ?? 120);
  }

  get env(): Io["env"] {
    return this.#io.env;
  }

  /** The person's request to stop (Ctrl+C), for work that leaves something behind when it is just cut off. */
  get interrupt(): AbortSignal | undefined {
    return this.#io.interrupt;
  }

  /** As {@link interrupt}, for work that then ends early, or, with `isEnd`, as it should, with exit code 0: it is waited for. */
  catchInterrupt({ isEnd = false }: { isEnd?: boolean } = {}): AbortSignal | undefined {
    this.#caught = isEnd ? "end" : "early";
    return this.#io.interrupt;
  }

  /** From now on nothing is written: another process of the same work writes all. */
  silence(): void {
    this.#endProgress();
    const nowhere: Output = { write: () => true };
    this.#io = { ...this.#io, stdout: nowhere, stderr: nowhere };
    this.#said = nowhere;
  }

  /** For work that blocks the thread for long: nothing could hear of a request to stop, so the system is to end the program. */
  endAtInterrupt(): void {
    this.#io.ignoreInterrupt?.();
  }

  /** Whether the command ends by itself after a request to stop, and whether it then ends early. */
  get caught(): "no" | "early" | "end" {
    return this.#caught;
  }

  /** Shows, where a person looks, that something goes on that cannot say how far it is. */
  async during<T>(label: string, work: () => Promise<T>): Promise<T> {
    if (!this.#io.stderr.isTTY) return work();
    // Work that can say for some time how far it is does so itself
    const stop = startSpinner(label, (line) => {
      if (performance.now() - this.#lastFrame > quietTime) this.#draw(line);
    });
    try {
      // The line is seen before work that blocks the thread
      await new Promise((resolve) => setImmediate(resolve));
      return await work();
    } finally {
      stop();
      this.#endProgress();
    }
  }

  /** Writes lines of the result, or an empty one. */
  say(...lines: readonly string[]): void {
    this.#endProgress();
    this.#said.write(`${printable(lines.join("\n"))}\n`);
  }

  note(line: string): void {
    this.#endProgress();
    this.#io.stderr.write(`${printable(line)}\n`);
  }

  /** Something that the person should know and that does not stop the work. */
  warn(line: string): void {
    this.note(`${this.#noteColors.yellow("warning:")} ${line}`);
  }

  error(line: string): void {
    this.note(`${this.#noteColors.red("error:")} ${line}`);
  }

  /** Shows a line in place of the last progress line; only where a person looks. */
  progress(line: string): void {
    const { stderr } = this.#io;
    const now = performance.now();
    if (!stderr.isTTY || now - this.#lastFrame < frameTime) return;
    this.#lastFrame = now;
    this.#draw(line);
  }

  #draw(line: string): void {
    const { stderr } = this.#io;
    this.#hasProgress = true;
    stderr.write(`\r\u001b[K${printable(line).slice(0, (stderr.columns ?? 80) - 1)}`);
  }

  /** The JSON object, as the last line of stdout. */
  json(value: unknown): void {
    this.#endProgress();
    this.#io.stdout.write(`${printable(JSON.stringify(value))}\n`);
  }

  #endProgress(): void {
    if (this.#hasProgress) this.#io.stderr.write("\r\u001b[K");
    this.#hasProgress = false;
    this.#lastFrame = Number.NEGATIVE_INFINITY;
  }
}

/** Colors where a person looks, unless NO_COLOR (https://no-color.org) or FORCE_COLOR (https://force-color.org) is set. */
function colorsFor(output: Output, { env }: Io): Colors {
  const isSet = (name: string): boolean => (env[name] ?? "") !== "";
  if (isSet("NO_COLOR")) return pc.createColors(false);
  if (isSet("FORCE_COLOR")) return pc.createColors(env.FORCE_COLOR !== "0");
  return pc.createColors(output.isTTY === true && env.TERM !== "dumb");
}
