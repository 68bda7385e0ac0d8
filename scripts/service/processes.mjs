// Processes and what they use, as far as Linux shows it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ticksPerSecond = 100;
const pageBytes = 4096;

/** A process's state, its parent, its processor seconds and bytes in memory; `undefined` where it is gone, and on other systems. */
export function processOf(pid) {
  const text = readProc(pid, "stat");
  if (text === "") return undefined;
  // After the name, which may contain anything: state, parent, …, user and system time, …, pages in memory
  const [state, ...fields] = text.replace(/^.*\) /s, "").split(" ");
  const [parent, user, system, pages] = [0, 10, 11, 20].map((i) => Number(fields[i]));
  return { state, parent, cpu: (user + system) / ticksPerSecond, bytes: pages * pageBytes };
}

/** A process and all below it, each with its `pid` and what {@link processOf} says; `undefined` on other systems than Linux. */
export function processTree(root) {
  let names;
  try {
    names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
  const all = new Map();
  for (const pid of names.map(Number)) {
    const about = processOf(pid);
    // Else it ended a moment ago
    if (about !== undefined) all.set(pid, { pid, ...about });
  }
  const isBelow = (pid) => pid === root || (all.has(pid) && isBelow(all.get(pid).parent));
  return [...all.values()].filter(({ pid }) => isBelow(pid));
}

/** Inference processes among a service's. */
export function inferenceProcesses(root) {
  const pids = (processTree(root) ?? []).map(({ pid }) => pid);
  return pids.filter((pid) => readProc(pid, "cmdline").includes("inference-process"));
}

/** Whether a process runs. A killed one stays in the table until its parent has taken note, which for an orphan is the system. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !["Z", "X"].includes(processOf(pid)?.state);
}

function readProc(pid, name) {
  try {
    return readFileSync(join("/proc", String(pid), name), "utf8");
  } catch {
    // It has ended, or this is another system
    return "";
  }
}
