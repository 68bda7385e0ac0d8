import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  describeInBrowser,
  hasGpuAdapter,
  type ModulePage,
  openModule,
  runtimeFiles,
  softwareGpu,
} from "@lookonce/testing";
import { afterAll, afterEach, expect, it } from "vitest";
import type * as InBrowser from "./test-in-browser.ts";

const entry = new URL("./test-in-browser.ts", import.meta.url);
const rounds = Number(process.env.LOOKONCE_CONFORMANCE_ROUNDS ?? 1);

const folder = mkdtempSync(join(tmpdir(), "lookonce-engine-"));
afterAll(() => rmSync(folder, { recursive: true }));

let opened: ModulePage<typeof InBrowser> | undefined;

async function open(options: Parameters<typeof openModule>[1]): Promise<ModulePage<typeof InBrowser>> {
  opened = await openModule<typeof InBrowser>(entry, options);
  return opened;
}

afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

describeInBrowser("a page", () => {
  it("computes every kernel as tfjs's reference backend does, with threads", async () => {
    const { page, call } = await open({});
    await call("start", { runtimeFiles, threads: 2 });
    const { kernels, problems, runs } = await call("compare", rounds);
    expect(problems).toEqual([]);
    // A few kernels return what they are given, and need no run.
    expect(Math.min(kernels, runs)).toBeGreaterThan(120);
    expect(page.workers().length).toBeGreaterThanOrEqual(1);
  });

  it("computes with one thread where it is not isolated from others, also with compressed files", async () => {
    const name = "ort-wasm-simd-threaded";
    const contents = readFileSync(createRequire(import.meta.url).resolve(`onnxruntime-web/${name}.wasm`));
    const compressed = join(folder, `${name}.wasm.gz`);
    writeFileSync(compressed, gzipSync(contents, { level: 1 }));
    const assets = { "/runtime.wasm.gz": compressed };
    const { page, call } = await open({ isIsolated: false, assets });
    const files = { [`${name}.mjs`]: `${runtimeFiles}${name}.mjs`, [`${name}.wasm`]: "/missing.wasm.gz" };
    await expect(call("start", { runtimeFiles: files })).rejects.toThrow(
      "missing.wasm.gz cannot be used: the server answers",
    );
    await call("start", { runtimeFiles: { ...files, [`${name}.wasm`]: "/runtime.wasm.gz" }, threads: 2 });
    expect(await call("descend")).toEqual({ kept: "host", contents: [0.125, -0.25, 0.375] });
    expect(page.workers()).toEqual([]);
  });

  it("says what to do where memory is full, and computes what is smaller", async () => {
    const { call } = await open({});
    const [large, small] = await call("exhaust", { runtimeFiles, threads: 2 });
    expect(large).toMatch(/^ONNX Runtime failed on cpu: no memory is left .* use smaller batches/);
    expect(small).toBe("");
  });

  it("keeps variables in the graphics card's memory between steps", async ({ skip }) => {
    const { page, call } = await open({ args: softwareGpu });
    skip(!(await hasGpuAdapter(page)), "this Chromium has no adapter for WebGPU");
    await call("start", { runtimeFiles, executionProviders: ["webgpu", "cpu"] });
    expect(await call("descend")).toEqual({ kept: "gpu-buffer", contents: [0.125, -0.25, 0.375] });
    expect(await call("loseDevice")).toMatch(
      /the graphics card was lost to this page, .* reload the page, and load the model again/,
    );
  });
});
