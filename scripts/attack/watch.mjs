import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** No attacked process gets more than this, whatever it does: the machine that runs the attacks must survive them. */
const maxBytes = 3e9;
const maxPrinted = 4e6;
const ticksPerSecond = 100;
const pageBytes = 4096;

/** What Linux knows of a process and those below it; `undefined` elsewhere, where only time is limited. */
export function treeOf(root) {
  const all = new Map();
  let names;
  try {
    names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
  for (const name of names) {
    try {
      // After the name, which may contain anything: state, parent, …, user and system time, …, pages in memory
      const fields = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      const [parent, user, system, pages] = [1, 11, 12, 21].map((i) => Number(fields[i]));
      all.set(Number(name), { parent, cpu: (user + system) / ticksPerSecond, bytes: pages * pageBytes });
    } catch {
      // It ended a moment ago
    }
  }
  const isBelow = (pid) => pid === root || (all.has(pid) && isBelow(all.get(pid).parent));
  return [...all].filter(([pid]) => isBelow(pid)).map(([pid, about]) => ({ pid, ...about }));
}

/** Kills a process and all below it. */
function killTree(pid) {
  for (const member of [...(treeOf(pid) ?? []), { pid }]) {
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
      const tree = treeOf(child.pid) ?? [];
      result.bytes = Math.max(
        result.bytes,
        tree.reduce((sum, { bytes }) => sum + bytes, 0),
      );
      result.cpu = Math.max(
        result.cpu,
        tree.reduce((sum, { cpu }) => sum + cpu, 0),
      );
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
