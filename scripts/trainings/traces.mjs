import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const linesOf = (run) => readFileSync(join(run, "results.csv"), "utf8").trimEnd().split("\n");

/** Epochs in a run's table of results; 0 where there is no table. */
export function epochsOf(run) {
  try {
    return linesOf(run).length - 1;
  } catch {
    return 0;
  }
}

/** What a training leaves in the folder of its run, without times: a digest of each file of weights, and all other numbers. */
export function traces(run) {
  const weights = join(run, "weights");
  const files = readdirSync(weights).filter((name) => name.endsWith(".safetensors"));
  const hashOf = (name) =>
    createHash("sha256")
      .update(readFileSync(join(weights, name)))
      .digest("hex");
  const hashes = files.sort().map((name) => `${name} ${hashOf(name)}`);
  return JSON.stringify({ hashes, rows: linesOf(run).map((row) => row.split(",").toSpliced(1, 1)) }, null, 1);
}
