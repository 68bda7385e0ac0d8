// Runs tfjs-core's published operator tests in a page of Chromium, on ONNX Runtime's build for browsers.

import { createReadStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { chromiumProgram } from "../chromium.mjs";
import { bundling } from "./run.mjs";

const { resolve } = createRequire(import.meta.url);
/** Jasmine as it runs in browsers, of the version that runs in Node. */
const jasmine = createRequire(resolve("jasmine")).resolve("jasmine-core/lib/jasmine-core/jasmine.js");

/** What the page runs: jasmine as it runs in browsers, then the tests, of which it notes the outcomes. */
const page = `<!doctype html><title>tfjs's operator tests</title><script src="/jasmine.js"></script><script type="module">
  const jasmine = jasmineRequire.core(jasmineRequire);
  const env = jasmine.getEnv();
  Object.assign(window, jasmineRequire.interface(jasmine, env));
  env.configure({ random: false });
  const { collector, countCalls, defineTests, noteFiles } = await import("/tests.js");
  const fileOf = new Map();
  await defineTests(noteFiles(fileOf), { runtimeFiles: "/onnxruntime/", threads: 2 });
  const outcomes = [];
  env.addReporter(collector(outcomes, { fileOf, countCalls }));
  window.run = async () => {
    await env.execute();
    return outcomes;
  };
</script>`;

/**
 * Runs the test files in Chromium: that of the environment variable CHROMIUM, or the npm package's.
 *
 * @param {readonly string[]} files absolute paths
 * @returns {Promise<import("./run.mjs").Outcome[]>}
 */
export async function runTestsInBrowser(files) {
  const { outputFiles } = await build({
    ...bundling(files),
    write: false,
    platform: "browser",
    conditions: ["@lookonce/source", "onnxruntime-web-use-extern-wasm"],
  });
  const runtime = dirname(resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
  const texts = {
    "/": page,
    "/tests.js": outputFiles[0].text,
    "/jasmine.js": readFileSync(jasmine),
  };
  const types = { js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm" };
  const server = createServer(({ url }, response) => {
    response.writeHead(200, {
      "content-type": types[url.split(".").at(-1)] ?? "text/html",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    });
    if (texts[url] === undefined)
      createReadStream(join(runtime, basename(url)))
        .on("error", () => response.end())
        .pipe(response);
    else response.end(texts[url]);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const folder = mkdtempSync(join(tmpdir(), "tfjs-conformance-"));
  const browser = await chromium.launch({ executablePath: await chromiumProgram(folder) });
  try {
    const tab = await browser.newPage();
    tab.setDefaultTimeout(0);
    tab.on("pageerror", ({ message }) => console.error(message));
    await tab.goto(`http://127.0.0.1:${server.address().port}/`);
    await tab.waitForFunction("window.run !== undefined");
    return await tab.evaluate("run()");
  } finally {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
