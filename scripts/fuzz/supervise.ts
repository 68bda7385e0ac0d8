import { fork } from "node:child_process";
import { statSync } from "node:fs";
import { processOf } from "../service/processes.mjs";
import { type Job, limits, type Message, memoryStatus } from "./messages.ts";

/** How a worker ended. */
export type Ending = "done" | "crash" | "hang" | "memory";

const checkEveryMs = 250;

/** Processor time to load the modules. */
const startSeconds = 60;

/** How many times as long an input may wait as it may compute: the machine may be busy with others. */
const waitFactor = 12;

/** Runs a worker, and ends it where an input uses too much time or memory. */
export function supervise(
  worker: string,
  job: Job,
  onMessage: (message: Message) => void,
): Promise<{ ending: Ending; detail: string }> {
  const child = fork(worker, [JSON.stringify(job)], {
    execArgv: ["--max-old-space-size=768", "--enable-source-maps"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    serialization: "advanced",
  });
  let file: string | undefined;
  let input = { changed: 0, at: Date.now(), processor: 0 };
  let printed = "";
  let killedFor: Ending | undefined;
  child.stderr?.on("data", (text) => {
    printed = `${printed}${text}`.slice(-2000);
  });
  child.on("message", (message: Message) => {
    if (message.kind === "ready") file = message.file;
    onMessage(message);
  });
  const timer = setInterval(() => {
    // Where the system does not show them, time alone is limited
    const { cpu: processor, bytes } = processOf(child.pid) ?? { cpu: 0, bytes: 0 };
    const changed = file === undefined ? 0 : (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (changed !== input.changed) input = { changed, at: Date.now(), processor };
    const limit = file === undefined ? startSeconds : limits.seconds;
    const waited = (Date.now() - input.at) / 1000;
    if (processor - input.processor > limit || waited > waitFactor * limit) killedFor = "hang";
    else if (bytes / 1024 / 1024 > limits.megabytes) killedFor = "memory";
    if (killedFor !== undefined) child.kill("SIGKILL");
  }, checkEveryMs);
  return new Promise((resolve) => {
    child.once("close", (status, signal) => {
      clearInterval(timer);
      const own = status === memoryStatus ? "memory" : status === 0 ? "done" : "crash";
      const words = printed.trim().split("\n").slice(0, 12).join("\n");
      resolve({ ending: killedFor ?? own, detail: `${signal ?? `status ${status}`} ${words}`.trim() });
    });
  });
}
