// Attacks a built lookonce as a stranger would who may send it files and requests: bombs, forged and damaged files, programs
// that pretend to be images, full disks, files that vanish, requests that never end. Every attack says what must happen
// in place of a crash, a hang or a silent change; the status is 1 if it did not. Attacked processes get 3 GB.
//
//   npm run build && node scripts/attack.mjs [--project DIR] [--only 1,4,7] [--all]
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checkpointAttacks } from "./attack/checkpoints.mjs";
import { dataAttacks } from "./attack/data.mjs";
import { documentAttacks } from "./attack/documents.mjs";
import { jobAttacks } from "./attack/jobs.mjs";
import { Skipped, Unprepared } from "./attack/judge.mjs";
import { serviceAttacks } from "./attack/service.mjs";
import { Target } from "./attack/target.mjs";
import { trainingAttacks } from "./attack/trainings.mjs";

const { values } = parseArgs({
  options: {
    project: { type: "string", default: fileURLToPath(new URL("..", import.meta.url)) },
    only: { type: "string" },
    all: { type: "boolean", default: false },
  },
});
const cli = resolve(values.project, "apps/cli/dist/main.js");
if (!existsSync(cli)) {
  console.error(`there is no ${cli}: run npm run build in ${values.project}`);
  process.exit(2);
}
const wanted = values.only?.split(",").map(Number);
const attacks = [
  ...[serviceAttacks, jobAttacks, trainingAttacks, checkpointAttacks, documentAttacks, dataAttacks].flat(),
]
  .filter(({ row, slow = false }) => (wanted === undefined ? values.all || !slow : wanted.includes(row)))
  .sort((a, b) => a.row - b.row);

const place = mkdtempSync(join(tmpdir(), "attack-"));
process.once("exit", () => rmSync(place, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
const target = new Target(cli, place);
await target.prepare();

const counts = { withstood: 0, FAILED: 0, BROKEN: 0, skipped: 0 };
for (const { row, tried, attack } of attacks) {
  const start = performance.now();
  let [verdict, reason] = ["withstood", ""];
  try {
    await attack(target);
  } catch (error) {
    verdict = error instanceof Skipped ? "skipped" : error instanceof Unprepared ? "BROKEN" : "FAILED";
    reason = `: ${error.message.replaceAll(place, "…").replaceAll(/[^ -~\u00a0-\uffff]+/g, " ")}`;
  }
  counts[verdict]++;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${String(row).padStart(2)}  ${verdict.padEnd(9)} ${seconds.padStart(5)} s  ${tried}${reason}`);
}
const total = Object.entries(counts).map(([verdict, count]) => `${count} ${verdict}`);
console.log(`${attacks.length} attacks: ${total.join(", ")}`);
process.exitCode = counts.FAILED + counts.BROKEN > 0 ? 1 : 0;
