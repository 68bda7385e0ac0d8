import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { launchChromium } from "./browser.ts";

/** A page in which a module was loaded, and with it whatever it exports. */
export interface ModulePage<M> {
  readonly page: Page;
  /** Calls an exported function of the module; arguments and result are what JSON has. */
  call<N extends keyof M & string>(name: N, ...given: Given<M[N]>): Promise<Answer<M[N]>>;
  close(): Promise<void>;
}

type Given<F> = F extends (...given: infer P) => unknown ? P : never;
type Answer<F> = F extends (...given: never[]) => infer R ? Awaited<R> : never;

const html = `<!doctype html><title>A module</title><script>window.module = import("/entry.js");</script>`;

/** The module in a worker of the page, which calls its functions by messages. */
const workerHtml = `<!doctype html><title>A module in a worker</title><script>
  const worker = new Worker("/worker.js", { type: "module" });
  const calls = [];
  worker.onmessage = ({ data: { id, result, error } }) => {
    const [resolve, reject] = calls[id];
    error === undefined ? resolve(result) : reject(new Error(error));
  };
  worker.onerror = ({ message }) => { for (const [, reject] of calls) reject(new Error(message)); };
  const call = (name) => (...given) =>
    new Promise((...answer) => worker.postMessage({ id: calls.push(answer) - 1, name, given }));
  window.module = new Promise((resolve) => resolve({ inWorker: new Proxy({}, { get: (_, name) => call(name) }) }));
</script>`;

const workerScript = `import * as module from "/entry.js";
onmessage = async ({ data: { id, name, given } }) => {
  try {
    postMessage({ id, result: await module[name](...given) });
  } catch (error) {
    postMessage({ id, error: [error.code, error.stack ?? error.message ?? error].filter(Boolean).join(" ") });
  }
};`;

/** Where such pages find the files of ONNX Runtime. */
export const runtimeFiles = "/onnxruntime/";

/**
 * Bundles a module for browsers, as users' bundlers do, and loads it in a page of a new Chromium.
 *
 * @param isIsolated whether the page is isolated from others: only then it has threads that share memory
 * @param inWorker whether the module runs in a worker of the page, where files can be read without promises
 * @param args more switches of Chromium
 */
export async function openModule<M>(
  entry: URL,
  {
    isIsolated = true,
    inWorker = false,
    args = [],
  }: { isIsolated?: boolean; inWorker?: boolean; args?: readonly string[] } = {},
): Promise<ModulePage<M>> {
  const script = await bundleForBrowsers(`export * from ${JSON.stringify(fileURLToPath(entry))};`);
  const texts: Record<string, string> = {
    "/": inWorker ? workerHtml : html,
    "/entry.js": script,
    "/worker.js": workerScript,
  };
  const require = createRequire(import.meta.url);
  const runtime = dirname(require.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
  const server = createServer(({ url = "/" }, response) => {
    const file = join(runtime, basename(url));
    const types: Record<string, string> = { ".js": "text/javascript", mjs: "text/javascript", asm: "application/wasm" };
    const isFile = url.startsWith(runtimeFiles) && existsSync(file);
    const text = texts[url];
    response.writeHead(isFile || text !== undefined ? 200 : 404, {
      "content-type": types[url.slice(-3)] ?? "text/html",
      ...(isIsolated
        ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
        : {}),
    });
    if (isFile) createReadStream(file).pipe(response);
    else response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await launchChromium({ args: [...args] });
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    page,
    // A text: what runs here would be compiled for vitest.
    call: (name, ...given) =>
      page.evaluate(`module.then((m) => (m.inWorker ?? m).${name}(...${JSON.stringify(given)}))`),
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/**
 * Bundles a module for browsers from this repository's sources.
 *
 * @param contents the module's text
 * @param external packages that are left out of it
 * @throws Error when it needs a module of Node's
 */
export async function bundleForBrowsers(
  contents: string,
  { external = [] }: { external?: string[] } = {},
): Promise<string> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dirname(fileURLToPath(import.meta.url)) },
    bundle: true,
    external,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2023",
    conditions: ["@lookonce/source", "onnxruntime-web-use-extern-wasm"],
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}
