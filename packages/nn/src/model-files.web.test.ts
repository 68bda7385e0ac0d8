import { expect, it } from "vitest";
import { readModelConfig, shippedModels } from "./model-files.web.ts";

it("a page has no model files, and asks for their text", () => {
  expect(shippedModels()).toEqual([]);
  expect(() => readModelConfig("yolov8n.yaml")).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", message: expect.stringMatching(/yolov8n\.yaml: fetch its text/) }),
  );
});
