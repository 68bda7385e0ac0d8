import { fork } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { type Job, limits, type Message, memoryStatus } from "./messages.ts";

/** How a worker ended. */
export type Ending = "done" | "crash" | "hang" | "memory";

const checkEveryMs = 250;

/** Time to load the modules, on a machine that is busy. */
const startSeconds = 120;

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
  const started = Date.now();
  let file: string | undefined;
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
    const startedAt = file === undefined ? started + 1000 * (startSeconds - limits.seconds) : changed(file);
    if (Date.now() - startedAt > 1000 * limits.seconds) killedFor = "hang";
    else if (megabytesOf(child.pid) > limits.megabytes) killedFor = "memory";
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

function changed(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
}

/** What a process has in memory now; 0 where the system does not have files for that. */
function megabytesOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    // Another system, or the process has ended
    return 0;
  }
}
