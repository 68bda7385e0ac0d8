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
  const worker = new Worker("/in-worker.js", { type: "module" });
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

/** Options of {@link openModule}. */
export interface OpenModuleOptions {
  /** Whether the page is isolated from others: only then it has threads that share memory. Default true. */
  isIsolated?: boolean;
  /** Whether the module runs in a worker of the page, where files can be read without promises. Default false. */
  inWorker?: boolean;
  /** More switches of Chromium. */
  args?: readonly string[];
  /** The program of a worker, bundled with the module and served as `/worker.js`. */
  worker?: URL;
  /** More such programs by their names, without `.js`. */
  programs?: Readonly<Record<string, URL>>;
  /** Whether scripts are minified, as users' bundlers do. Default false. */
  minify?: boolean;
  /** Packages that are left out of the bundle, where nothing that runs needs them. Default: none. */
  external?: string[];
  /** More files that the page can fetch, by their addresses: `{ "/model.onnx": file }`. */
  assets?: Readonly<Record<string, string>>;
}

/**
 * Bundles a module for browsers, as users' bundlers do, and loads it in a page of a new Chromium.
 *
 * @throws Error when it needs a module of Node's
 */
export async function openModule<M>(
  entry: URL,
  {
    isIsolated = true,
    inWorker = false,
    args = [],
    worker,
    programs = {},
    assets = {},
    external = [],
    minify = false,
  }: OpenModuleOptions = {},
): Promise<ModulePage<M>> {
  const bundled = await bundleFiles(
    { entry, ...(worker === undefined ? {} : { worker }), ...programs },
    { external, minify },
  );
  const scripts = new Map([...bundled, ["/", inWorker ? workerHtml : html], ["/in-worker.js", workerScript]]);
  const require = createRequire(import.meta.url);
  const runtime = dirname(require.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
  const types: Record<string, string> = { ".js": "text/javascript", mjs: "text/javascript", asm: "application/wasm" };
  const server = createServer(({ url = "/" }, response) => {
    const text = scripts.get(url);
    const file = assets[url] ?? (url.startsWith(runtimeFiles) ? join(runtime, basename(url)) : undefined);
    const isFile = file !== undefined && existsSync(file);
    response.writeHead(isFile || text !== undefined ? 200 : 404, {
      "content-type": types[url.slice(-3)] ?? (isFile ? "application/octet-stream" : "text/html"),
      ...(isIsolated
        ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
        : {}),
    });
    if (isFile) createReadStream(file).pipe(response);
    else response.end(text ?? "");
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

/** How bundlers for browsers read this repository's sources. */
const bundling = {
  bundle: true as const,
  write: false as const,
  format: "esm" as const,
  platform: "browser" as const,
  target: "es2023",
  conditions: ["@lookonce/source", "onnxruntime-web-use-extern-wasm"],
  logLevel: "silent" as const,
};

/**
 * Bundles modules for browsers from this repository's sources; what they import when they need it is in files of its own.
 *
 * @param entries the modules by their names, without `.js`
 * @param external packages that are left out, where nothing that runs needs them
 * @returns texts by addresses, such as `/entry.js`
 * @throws Error when one needs a module of Node's
 */
export async function bundleFiles(
  entries: Readonly<Record<string, URL>>,
  { minify = false, external = [] }: { minify?: boolean; external?: string[] } = {},
): Promise<Map<string, string>> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    ...bundling,
    external,
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, url]) => [name, fileURLToPath(url)])),
    minify,
    splitting: true,
    outdir: "/",
  });
  return new Map(outputFiles.map(({ path, text }) => [path, text]));
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
    ...bundling,
    stdin: { contents, resolveDir: dirname(fileURLToPath(import.meta.url)) },
    external,
  });
  return outputFiles[0]?.text ?? "";
}
