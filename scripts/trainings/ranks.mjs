import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The built command. */
export const cli = fileURLToPath(new URL("../../apps/cli/dist/main.js", import.meta.url));

/** Arguments of a tiny training of two threads' worth of work, the same on every rank. */
export function trainingArguments({ model, yaml, place, run, epochs, seed = "0" }) {
  return [
    ...[`model=${model}`, `data=${yaml}`, `epochs=${epochs}`, "imgsz=64", "batch=4", "nbs=12", `seed=${seed}`],
    ...[`project=${place}`, `name=${run}`, "plots=false", "tensorboard=false", "workers=1", "threads=1"],
  ];
}

/** All processes below one, by `/proc`. */
function descendants(pid) {
  const children = new Map();
  for (const name of readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
    try {
      const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, "utf8"));
      children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)]);
    } catch {
      // It has ended
    }
  }
  const below = (id) => (children.get(id) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

/** Processes of ranks below a launch: those of the command `train` itself. */
export function rankProcesses(pid) {
  return descendants(pid).filter((id) => {
    try {
      const words = readFileSync(`/proc/${id}/cmdline`, "utf8").split("\0");
      return words[1] === cli && words[2] === "train";
    } catch {
      return false;
    }
  });
}
