import { readFileSync } from "node:fs";
import { describeInBrowser, openModule, runtimeFiles } from "@lookonce/testing";
import { expect, it } from "vitest";
import * as training from "./test-training-in-browser.ts";

/** YOLOv8n of a quarter of its channels. */
const modelFile = readFileSync(new URL("../../nn/models/yolov8.yaml", import.meta.url), "utf8").replace(
  "n: [0.33, 0.25, 1024]",
  "n: [0.33, 0.0625, 1024]",
);

describeInBrowser("a training in a page", () => {
  it("has the losses that it has in Node", async () => {
    const expected = await training.losses(modelFile, 20);
    const { call, close } = await openModule<typeof training>(
      new URL("./test-training-in-browser.ts", import.meta.url),
    );
    try {
      const losses = await call("losses", modelFile, 20, { runtimeFiles, threads: 2 });
      expect(losses).toHaveLength(20);
      const differences = losses.map((loss, i) => Math.abs(loss / (expected[i] as number) - 1));
      expect(Math.max(...differences), `${differences}`).toBeLessThan(1e-3);
      // The same images as at first: the weights have moved.
      const [first = 0] = losses;
      expect(Math.abs((losses[18] as number) - first) / first).toBeGreaterThan(0.02);
    } finally {
      await close();
    }
  });
});
