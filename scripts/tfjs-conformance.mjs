// Runs tfjs-core's published operator tests on the onnxruntime backend: `npm run conformance`.
//
// It prints how many pass, fail and are out of scope, and writes docs/tfjs-conformance.md. With `--check` it writes
// nothing and fails when more tests fail, or fewer pass, than that page records. With `--browser` it does so with ONNX Runtime's build
// for browsers, in a page of Chromium; `--every 10` runs every tenth file there and compares failures alone.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { classify, readCounts, writePage } from "./tfjs-conformance/report.mjs";
import { runTests } from "./tfjs-conformance/run.mjs";
import { runTestsInBrowser } from "./tfjs-conformance/run-in-browser.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "docs/tfjs-conformance.md");
const operators = join(root, "node_modules/@tensorflow/tfjs-core/dist/ops");

const files = readdirSync(operators, { recursive: true })
  .filter((file) => file.endsWith("_test.js"))
  .sort()
  .map((file) => join(operators, file));
const { values } = parseArgs({
  options: { check: { type: "boolean" }, browser: { type: "boolean" }, every: { type: "string", default: "1" } },
});
const { browser, every } = values;
const outcomes = browser
  ? await runTestsInBrowser(files.filter((_, i) => i % Number(every) === 0))
  : await runTests(files);
const report = classify(outcomes);
const { passed, failed, outOfScope } = report.counts;
console.log(`${passed} passed, ${failed} failed, ${outOfScope} out of scope`);
for (const { name, messages } of report.failures) console.log(`  ${name}: ${messages[0].split("\n")[0]}`);

if (browser || values.check) {
  const recorded = readCounts(readFileSync(page, "utf8"));
  if (failed > recorded.failed || (passed < recorded.passed && every === "1")) {
    console.error(`docs/tfjs-conformance.md records ${recorded.passed} passed, ${recorded.failed} failed.`);
    process.exitCode = 1;
  }
} else {
  const { version } = createRequire(import.meta.url)("@tensorflow/tfjs-core/package.json");
  writeFileSync(page, writePage(report, version));
}
// ONNX Runtime's threads would keep the process.
process.exit();
