import { readFileSync } from "node:fs";
import {
  describeInBrowser,
  hasGpuAdapter,
  type ModulePage,
  openModule,
  runtimeFiles,
  softwareGpu,
  tinyModelYaml,
} from "@lookonce/testing";
import { afterEach, expect, it } from "vitest";
import * as training from "./test-training-in-browser.ts";

/** YOLOv8n of a quarter of its channels. */
const modelFile = readFileSync(new URL("../../nn/models/yolov8.yaml", import.meta.url), "utf8").replace(
  "n: [0.33, 0.25, 1024]",
  "n: [0.33, 0.0625, 1024]",
);

let opened: ModulePage<typeof training> | undefined;

async function open(args: readonly string[] = []): Promise<ModulePage<typeof training>> {
  opened = await openModule<typeof training>(new URL("./test-training-in-browser.ts", import.meta.url), { args });
  return opened;
}

/** Expects losses as in Node. */
function expectLosses(losses: readonly number[], expected: readonly number[]): void {
  expect(losses).toHaveLength(20);
  const differences = losses.map((loss, i) => Math.abs(loss / (expected[i] as number) - 1));
  expect(Math.max(...differences), `${differences}`).toBeLessThan(1e-3);
  // The same images as at first: the weights have moved.
  const [first = 0] = losses;
  expect(Math.abs((losses[18] as number) - first) / first).toBeGreaterThan(0.02);
}

describeInBrowser("a training in a page", () => {
  afterEach(() => opened?.close());

  it("has the losses that it has in Node", async () => {
    const { losses: expected } = await training.learn(modelFile, 20);
    const { call } = await open();
    const { losses, places } = await call("learn", modelFile, 20, { runtimeFiles, threads: 2 });
    expectLosses(losses, expected);
    expect(places).toEqual(["host"]);
  });

  it("has them with WebGPU, too, whose memory keeps the weights between steps", async ({ skip }) => {
    const { page, call } = await open(softwareGpu);
    skip(!(await hasGpuAdapter(page)), "this Chromium has no adapter for WebGPU");
    // Of a larger one the processor needs minutes to compile the shaders
    const small = tinyModelYaml({ layers: [8, 16, 16], levels: 1 });
    const { losses: expected } = await training.learn(small, 20);
    const { losses, places } = await call("learn", small, 20, {
      runtimeFiles,
      executionProviders: ["webgpu", "cpu"],
    });
    expectLosses(losses, expected);
    expect(places).toEqual(["gpu-buffer"]);
  });
});
