import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it, vi } from "vitest";
import { DetectionModel, readModelConfig, shippedModels, summarize } from "./index.ts";

/** What was asked of the backend. */
const asked: string[] = [];

// A backend that can do nothing: whatever is allocated or computed is an error.
tf.registerBackend("nothing", () => {
  asked.push("a backend");
  throw new Error("there is no backend");
});

describe("a model that is only measured", () => {
  it("is built and summarized without a kernel, a variable or an allocation", () => {
    const model = new DetectionModel(readModelConfig("yolov8x.yaml"));
    const { parameters, gradients, gflops } = summarize(model);
    expect([parameters, gradients, Number(gflops.toFixed(1))]).toEqual([68229648, 68229632, 257.8]);
    model.dispose();
    expect(asked).toEqual([]);
    expect(tf.engine().state.numTensors).toBe(0);
  });

  it.each(shippedModels())("%s too", (name) => {
    expect(summarize(new DetectionModel(readModelConfig(name))).parameters).toBeGreaterThan(1e6);
    expect(asked).toEqual([]);
  });

  it("would have needed a backend for its first value", () => {
    const model = new DetectionModel(readModelConfig("yolov8n.yaml"));
    // tfjs prints on the console that the backend failed.
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    expect(() => model.namedParameters()).toThrow();
    expect(warn).toHaveBeenCalled();
    warn.mockRestore();
    expect(asked.length).toBeGreaterThan(0);
  });
});
