// Bundles tfjs-core's published operator tests with our backend and runs them in jasmine.

import { mkdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import Jasmine from "jasmine";
import { collector, noteFiles } from "./collect.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tfjs = join(root, "node_modules/@tensorflow/tfjs-core/dist");
const bundle = join(root, "node_modules/.cache/lookonce/tfjs-conformance.mjs");

/**
 * @typedef {object} Outcome
 * @property {string} file the test file, relative to tfjs-core's `dist`
 * @property {string} name the test's full name
 * @property {boolean} passed
 * @property {boolean} computed whether the backend was given a kernel call during the test
 * @property {string[]} messages of its failures
 */

/**
 * Runs the test files.
 *
 * @param {readonly string[]} files absolute paths
 * @returns {Promise<Outcome[]>}
 */
export async function runTests(files) {
  await bundleTests(files);
  const runner = new Jasmine();
  runner.exitOnCompletion = false;
  runner.clearReporters();
  runner.randomizeTests(false);
  runner.configureDefaultReporter({ print: () => {} });
  const fileOf = new Map();
  const note = noteFiles(fileOf);
  const { defineTests, countCalls } = await import(pathToFileURL(bundle).href);
  await defineTests(note);
  const outcomes = [];
  runner.env.addReporter(collector(outcomes, { fileOf, countCalls }));
  await withQuietConsole(() => runner.execute());
  return outcomes;
}

/** How one file is bundled that imports every test after the backend is registered, all on one copy of tfjs-core. */
export function bundling(files) {
  const imports = files.map(
    (path) => `  note(${JSON.stringify(relative(tfjs, path))}); await import(${JSON.stringify(path)});`,
  );
  return {
    stdin: { contents: entry(imports), resolveDir: root, sourcefile: "tfjs-conformance-entry.js" },
    bundle: true,
    format: "esm",
    mainFields: ["module", "main"],
    logLevel: "error",
  };
}

async function bundleTests(files) {
  mkdirSync(dirname(bundle), { recursive: true });
  await build({
    ...bundling(files),
    outfile: bundle,
    platform: "node",
    conditions: ["@lookonce/source"],
    external: ["onnxruntime-node", "node-fetch"],
    // Some of the bundled CommonJS asks for Node's modules by `require`.
    banner: {
      js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
    },
  });
}

function entry(imports) {
  return `
import "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
import { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util";
import { OnnxRuntimeBackend, registerOnnxRuntime } from "./packages/backend-onnxruntime/src/index.ts";

export { collector, noteFiles } from "./scripts/tfjs-conformance/collect.mjs";

let calls = 0;
const record = OnnxRuntimeBackend.prototype.record;
OnnxRuntimeBackend.prototype.record = function (...args) {
  calls++;
  return record.apply(this, args);
};

export const countCalls = () => calls;

export async function defineTests(note, options = {}) {
  await registerOnnxRuntime(options);
  setTestEnvs([{ name: "onnxruntime", backendName: "onnxruntime", isDataSync: false }]);
${imports.join("\n")}
}
`;
}

/** tfjs and some of its tests print warnings that say nothing about the backend. */
async function withQuietConsole(run) {
  const { log, warn } = console;
  console.log = () => {};
  console.warn = () => {};
  try {
    return await run();
  } finally {
    console.log = log;
    console.warn = warn;
  }
}
