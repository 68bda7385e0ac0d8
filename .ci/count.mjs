// Adds up vitest's JSON reports: `node .ci/count.mjs REPORT… -- FAILED_STEP…` prints one line and exits with 1 if
// anything failed. A report that is missing counts as one failure, as does a test file that could not be loaded, and
// every failed step whose failure no report shows.

import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";

const separator = process.argv.indexOf("--");
const reports = process.argv.slice(2, separator);
const failedSteps = new Set(process.argv.slice(separator + 1));

/** Counts of one vitest run, or undefined where it left no readable report. */
function countsOf(path) {
  if (!existsSync(path)) return undefined;
  try {
    const report = JSON.parse(readFileSync(path, "utf8"));
    const unloaded = report.testResults.filter(
      (file) => file.status === "failed" && file.assertionResults.length === 0,
    );
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + unloaded.length,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return undefined;
  }
}

const total = { passed: 0, failed: 0, skipped: 0 };
for (const path of reports) {
  const step = basename(path, ".json").replaceAll("-", " ");
  const counts = countsOf(path);
  if (counts === undefined) console.log(`no report of the step "${step}"`);
  total.passed += counts?.passed ?? 0;
  total.failed += counts?.failed ?? 1;
  total.skipped += counts?.skipped ?? 0;
  if (counts === undefined || counts.failed > 0) failedSteps.delete(step);
}
total.failed += failedSteps.size;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
