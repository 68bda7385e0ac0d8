// Bundles tfjs-core's published operator tests with our backend and runs them in jasmine.

import { mkdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import Jasmine from "jasmine";

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

/** One file that imports every test after the backend is registered, all on one copy of tfjs-core. */
async function bundleTests(files) {
  mkdirSync(dirname(bundle), { recursive: true });
  const imports = files.map(
    (path) => `  note(${JSON.stringify(relative(tfjs, path))}); await import(${JSON.stringify(path)});`,
  );
  await build({
    stdin: { contents: entry(imports), resolveDir: root, sourcefile: "tfjs-conformance-entry.js" },
    outfile: bundle,
    bundle: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    conditions: ["@lookonce/source"],
    external: ["onnxruntime-node", "node-fetch"],
    // Some of the bundled CommonJS asks for Node's modules by `require`.
    banner: {
      js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
    },
    logLevel: "error",
  });
}

function entry(imports) {
  return `
import "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
import { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util";
import { OnnxRuntimeBackend, registerOnnxRuntime } from "./packages/backend-onnxruntime/src/index.ts";

let calls = 0;
const record = OnnxRuntimeBackend.prototype.record;
OnnxRuntimeBackend.prototype.record = function (...args) {
  calls++;
  return record.apply(this, args);
};

export const countCalls = () => calls;

export async function defineTests(note) {
  await registerOnnxRuntime();
  setTestEnvs([{ name: "onnxruntime", backendName: "onnxruntime", isDataSync: false }]);
${imports.join("\n")}
}
`;
}

/** Remembers from which file each test comes: jasmine's results do not say. */
function noteFiles(fileOf) {
  let current = "";
  for (const name of ["it", "fit", "xit"]) {
    const define = globalThis[name];
    globalThis[name] = (...args) => {
      const spec = define(...args);
      fileOf.set(spec.id, current);
      return spec;
    };
  }
  return (file) => {
    current = file;
  };
}

function collector(outcomes, { fileOf, countCalls }) {
  let before = 0;
  return {
    specStarted() {
      before = countCalls();
    },
    specDone(result) {
      if (result.status === "pending" || result.status === "excluded") return;
      outcomes.push({
        file: fileOf.get(result.id) ?? "",
        name: result.fullName.replace(/ onnxruntime \{\}/, ""),
        passed: result.status === "passed",
        computed: countCalls() > before,
        messages: result.failedExpectations.map(({ message }) => message),
      });
    },
  };
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
