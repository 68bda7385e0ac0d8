import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "../../child-environment.ts";
import type { FromJob, JobTask, Outcome, ToJob } from "../worker/messages.ts";
import { workerAddress } from "../worker/worker-address.ts";
import type { JobListener } from "./job-runner.ts";

/** Longest line of a process that is passed on. */
const longestLine = 2000;

/** A job in a process of its own, where it may use all the memory or crash without harm to the service. */
export class JobProcess {
  readonly #child: ChildProcess;
  #killer: NodeJS.Timeout | undefined;
  #outcome: Outcome | undefined;

  constructor(task: JobTask, listener: Pick<JobListener, "message" | "output" | "ended">) {
    this.#child = fork(fileURLToPath(workerAddress), [], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      execArgv: ["--no-warnings"],
      env: childEnvironment(),
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      const lines = createInterface({ input: stream as NodeJS.ReadableStream });
      lines.on("line", (line) => {
        if (line.trim() !== "") listener.output(line.slice(0, longestLine));
      });
    }
    this.#child.on("message", (message: FromJob) => {
      if (isOutcome(message)) this.#outcome = message;
      else listener.message(message);
    });
    let failure = "";
    this.#child.on("error", (error) => {
      failure = error.message;
    });
    // `close`, not `exit`: what it wrote has arrived by then.
    this.#child.once("close", (code, signal) => {
      clearTimeout(this.#killer);
      const exit = failure || (signal === null ? `status ${code}` : `signal ${signal}`);
      listener.ended({ exit, outcome: this.#outcome });
    });
    this.#send({ type: "task", task });
  }

  /** Asks the process to save what it has and end, and kills it when it has not after so many milliseconds. */
  stop(grace: number): void {
    if (this.#killer !== undefined) return;
    this.#send({ type: "stop" });
    this.#killer = setTimeout(() => this.#child.kill("SIGKILL"), grace);
  }

  #send(message: ToJob): void {
    // It may be gone, which `close` reports.
    if (this.#child.connected) this.#child.send(message, () => {});
  }
}

function isOutcome(message: FromJob): message is Outcome {
  return message.type === "succeeded" || message.type === "failed" || message.type === "stopped";
}
