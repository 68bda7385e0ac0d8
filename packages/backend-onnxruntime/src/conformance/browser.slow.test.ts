import { describeInBrowser, type ModulePage, openModule, runtimeFiles } from "@lookonce/testing";
import { afterEach, expect, it } from "vitest";
import type * as InBrowser from "./test-in-browser.ts";

const entry = new URL("./test-in-browser.ts", import.meta.url);
/** Chromium's graphics card that is a program. */
const softwareGpu = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"];
const rounds = Number(process.env.LOOKONCE_CONFORMANCE_ROUNDS ?? 1);

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

  it("computes with one thread where it is not isolated from others", async () => {
    const { page, call } = await open({ isIsolated: false });
    await call("start", { runtimeFiles, threads: 2 });
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
    const hasAdapter = await page.evaluate(
      "navigator.gpu?.requestAdapter().then((adapter) => adapter !== null) ?? false",
    );
    skip(hasAdapter !== true, "this Chromium has no adapter for WebGPU");
    await call("start", { runtimeFiles, executionProviders: ["webgpu", "cpu"] });
    expect(await call("descend")).toEqual({ kept: "gpu-buffer", contents: [0.125, -0.25, 0.375] });
    expect(await call("loseDevice")).toMatch(/the graphics card was lost to this page, .* reload the page/);
  });
});
