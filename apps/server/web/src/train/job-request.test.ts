import { expect, it } from "vitest";
import { requestOf, startValues } from "./job-request.ts";

it("asks for what was filled in alone, numbers as numbers", () => {
  const values = { ...startValues, model: "yolov8n.pt", data: "shapes", optimizer: "SGD", lr0: "0.01" };
  expect(requestOf(values)).toEqual({
    ...{ kind: "train", model: "yolov8n.pt", data: "shapes" },
    options: { epochs: 50, imgsz: 640, batch: 16, optimizer: "SGD", lr0: 0.01 },
  });
});
