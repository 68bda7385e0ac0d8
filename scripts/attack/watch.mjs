import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { processTree } from "../service/processes.mjs";

/** No attacked process gets more than this, whatever it does: the machine that runs the attacks must survive them. */
const maxBytes = 3e9;
const maxPrinted = 4e6;

/** Kills a process and all below it. */
function killTree(pid) {
  for (const member of [...(processTree(pid) ?? []), { pid }]) {
    try {
      process.kill(member.pid, "SIGKILL");
    } catch {
      // It ended before
    }
  }
}

/**
 * Starts a program and watches it: it is killed above `seconds`, above 3 GB, or when `until` is true; `gently` is a
 * signal that is sent in the last case, in place of SIGKILL.
 *
 * @returns the child, `stderr()` so far, and `ended`: how it ended, what it printed, its seconds, processor seconds and
 *   highest memory with all processes below it, and why it was `killed`, if it was
 */
export function watch(command, args, { seconds = 300, until = () => false, gently = undefined, ...options } = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (text) => {
      if (printed[name].length < maxPrinted) printed[name] += text;
    });
  }
  const start = performance.now();
  const result = { killed: undefined, bytes: 0, cpu: 0 };
  const kill = (why) => {
    result.killed ??= why;
    killTree(child.pid);
  };
  const stopAtExit = () => killTree(child.pid);
  process.once("exit", stopAtExit);
  const closed = new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
  const ended = (async () => {
    let end;
    closed.then((how) => {
      end = how;
    });
    let isAsked = false;
    while (end === undefined) {
      await Promise.race([closed, sleep(50)]);
      const tree = processTree(child.pid) ?? [];
      for (const what of ["bytes", "cpu"]) {
        const total = tree.reduce((sum, process) => sum + process[what], 0);
        result[what] = Math.max(result[what], total);
      }
      if (result.bytes > maxBytes) kill("memory");
      else if (performance.now() - start > seconds * 1000) kill("time");
      else if (!isAsked && until()) {
        isAsked = true;
        if (gently === undefined) kill("until");
        else child.kill(gently);
      }
    }
    process.off("exit", stopAtExit);
    return { ...result, ...end, ...printed, seconds: (performance.now() - start) / 1000 };
  })();
  return { child, stderr: () => printed.stderr, ended };
}
