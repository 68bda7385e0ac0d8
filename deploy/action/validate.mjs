// What action.yml runs: measures a model and fails where a score is below the threshold. Inputs come as INPUT_… of the environment.

import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";

const { env } = process;
const input = (name) => (env[`INPUT_${name}`] ?? "").trim();

/** The program, with its first arguments; LOOKONCE_PROGRAM is one that is here already. */
const program = env.LOOKONCE_PROGRAM
  ? [process.execPath, env.LOOKONCE_PROGRAM]
  : [process.platform === "win32" ? "npx.cmd" : "npx", "--yes", `lookonce@${input("VERSION") || "latest"}`];

function main() {
  const [threshold, metric] = [Number(input("THRESHOLD")), input("METRIC") || "map50"];
  if (input("THRESHOLD") === "" || !(threshold >= 0 && threshold <= 1)) {
    return fail(`threshold must be a number from 0 to 1, not "${input("THRESHOLD")}"`);
  }
  const options = input("OPTIONS").split(/\s+/).filter(Boolean);
  const named = ["MODEL", "DATA", "SPLIT"].flatMap((name) =>
    input(name) === "" ? [] : [`${name.toLowerCase()}=${input(name)}`],
  );
  const [file, ...args] = [...program, "val", ...named, ...options, "--json"];
  let stdout;
  try {
    stdout = execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 2 ** 28 });
  } catch (error) {
    // The reason is printed already
    return fail(`lookonce val ended with ${error.status ?? error.message}`);
  }
  const report = stdout.trim().split("\n").at(-1) ?? "";
  const scores = Object.entries(JSON.parse(report)).filter(([, value]) => typeof value === "number");
  const score = scores.find(([name]) => name === metric)?.[1];
  if (score === undefined)
    return fail(`there is no metric "${metric}", but ${scores.map(([name]) => name).join(", ")}`);
  const passes = score >= threshold;
  append("GITHUB_OUTPUT", `score=${score}\nreport=${report}\n`);
  append("GITHUB_STEP_SUMMARY", summary({ scores, metric, threshold, passes }));
  const line = `${metric} is ${score.toFixed(4)}, the threshold ${threshold}`;
  return passes ? console.log(line) : fail(line);
}

function summary({ scores, metric, threshold, passes }) {
  const rows = scores.map(([name, value]) => {
    const limit = name === metric ? ` | ${threshold} ${passes ? "✓" : "✗"} |` : " | |";
    return `| ${name} | ${Number.isInteger(value) ? value : value.toFixed(4)}${limit}`;
  });
  const title = `### ${input("MODEL")} on ${input("DATA")}`;
  return [title, "", "| | | threshold |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

function append(name, text) {
  if (env[name]) appendFileSync(env[name], text);
}

function fail(message) {
  console.log(`::error::${message}`);
  process.exitCode = 1;
}

main();
