import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { LookonceError } from "@lookonce/errors";

/** Lines of complaint that are kept: the first say what is wrong, others what followed from it. */
const keptLines = 2;

const maxLineLength = 300;

/** How ffmpeg ended. */
export interface Ending {
  /** Its exit code; `null` when a signal ended it. */
  code: number | null;
  /** What it complained of first, in one line; empty when it did not. */
  reason: string;
}

export interface FfmpegOptions {
  /** Called with every line of its log. */
  onLine?: (line: string) => void;
  /** Kills it. */
  signal?: AbortSignal | undefined;
}

/** Running programs: none is left behind when this process ends. */
const running = new Set<FfmpegProcess>();

function killAll(): void {
  for (const process of running) process.kill();
}

/** A run of ffmpeg or ffprobe. Ctrl+C does not reach it: whoever started it ends it. */
export class FfmpegProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #complaints = new Set<string>();
  /** Resolves when the program has ended; rejects when it could not be started. */
  readonly ended: Promise<Ending>;

  constructor(program: string, args: readonly string[], { onLine, signal }: FfmpegOptions = {}) {
    // A group of its own: a Ctrl+C in the terminal must not cut off a video that is being written
    this.#child = spawn(program, args, {
      stdio: ["pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
      // It reads strangers' files
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^LOOKONCE_.*KEY$/.test(name))),
    });
    this.#follow(onLine);
    const kill = (): void => this.kill();
    signal?.addEventListener("abort", kill, { once: true });
    if (signal?.aborted) kill();
    this.ended = this.#waitForEnd(program).finally(() => {
      signal?.removeEventListener("abort", kill);
      running.delete(this);
      if (running.size === 0) process.off("exit", killAll);
    });
    // Without a handler the rejection would end the process
    this.ended.catch(() => {});
    // Writing to a program that has ended fails; the ending has the reason
    this.#child.stdin.on("error", () => {});
    if (running.size === 0) process.on("exit", killAll);
    running.add(this);
  }

  get stdout(): Readable {
    return this.#child.stdout;
  }

  get stdin(): Writable {
    return this.#child.stdin;
  }

  /** Ends it at once, if it runs. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Ends it and lets go of what it still had to say, which would keep it from being over; resolves when it is. */
  async leave(): Promise<void> {
    this.kill();
    this.#child.stdout.destroy();
    this.#child.stdin.destroy();
    await this.ended.catch(() => {});
  }

  #follow(onLine: ((line: string) => void) | undefined): void {
    let rest = "";
    this.#child.stderr.setEncoding("utf8");
    this.#child.stderr.on("data", (chunk: string) => {
      const lines = (rest + chunk).split(/[\r\n]+/);
      rest = (lines.pop() ?? "").slice(-4096);
      for (const line of lines) this.#line(line, onLine);
    });
    this.#child.stderr.on("end", () => this.#line(rest, onLine));
  }

  #line(line: string, onLine: ((line: string) => void) | undefined): void {
    onLine?.(line);
    const complaint = /\[(?:error|fatal|panic)\] (.*)/.exec(line)?.[1];
    if (complaint === undefined || this.#complaints.size === keptLines) return;
    this.#complaints.add(inWords(complaint));
  }

  #waitForEnd(program: string): Promise<Ending> {
    return new Promise((resolve, reject) => {
      this.#child.once("error", (cause) => reject(cannotStart(program, cause)));
      this.#child.once("close", (code) => resolve({ code, reason: [...this.#complaints].join("; ") }));
    });
  }
}

/** Runs a program that reads no input and writes a text. */
export async function textOf(
  program: string,
  args: readonly string[],
  options: FfmpegOptions = {},
): Promise<Ending & { written: string }> {
  const run = new FfmpegProcess(program, args, options);
  run.stdin.end();
  const written = await text(run.stdout);
  return { written, ...(await run.ended) };
}

/** A complaint of ffmpeg; in our words where it is about what it must not open. */
function inWords(complaint: string): string {
  const protocol = /Protocol '(.*?)' not on whitelist/.exec(complaint)?.[1];
  if (protocol !== undefined) return `it refers to another place, by ${protocol}:, which is not opened`;
  if (complaint.includes("Format not on whitelist")) {
    return "it is a playlist, which may refer to other places, or of a format that is not read";
  }
  const bare = complaint.replace(/^\[[^\]]*\] /, "");
  return bare.slice(0, maxLineLength).trim();
}

function cannotStart(program: string, cause: NodeJS.ErrnoException): LookonceError {
  if (cause.code !== "ENOENT") {
    return new LookonceError("IO", `Cannot start ${program}: ${cause.message}`, { cause });
  }
  return new LookonceError(
    "NOT_FOUND",
    `Videos, cameras and broadcasts are read and written by the program ffmpeg, and there is no ${program} on the PATH. Install it: apt install ffmpeg, brew install ffmpeg, or winget install ffmpeg (https://ffmpeg.org/download.html).`,
    { cause },
  );
}

/** The same function, which is called once for each program; again after a failure, as the program may be installed now. */
export function oncePerProgram<T>(ask: (program: string) => Promise<T>): (program: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (program) => {
    const answer = answers.get(program) ?? ask(program);
    answers.set(program, answer);
    answer.catch(() => answers.delete(program));
    return answer;
  };
}

/** The major version of an ffmpeg; builds between releases count as the newest. */
export const ffmpegVersion: (ffmpeg: string) => Promise<number> = oncePerProgram(async (ffmpeg) => {
  const { written, code } = await textOf(ffmpeg, ["-version"]);
  if (code !== 0 || !written.startsWith("ffmpeg version")) {
    throw new LookonceError("NOT_FOUND", `${ffmpeg} does not answer as ffmpeg does: check the program.`);
  }
  const major = /^ffmpeg version n?(\d+)\./.exec(written)?.[1];
  return major === undefined ? Number.POSITIVE_INFINITY : Number(major);
});
