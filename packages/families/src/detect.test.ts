import { familySettings } from "@lookonce/config";
import type { BatchSample } from "@lookonce/data";
import { makeDetections } from "@lookonce/geometry";
import { expect, it } from "vitest";
import { detect } from "./detect.ts";

it("scores by the rules of the model's family", () => {
  const sample: BatchSample = {
    ...{ index: 0, path: "a.png", originalWidth: 32, originalHeight: 32, ratio: [1, 1], padding: [0, 0] },
    ...{ boxes: Float32Array.of(0, 0, 10, 10), classes: Int32Array.of(0) },
  };
  const unsure = makeDetections([0, 0, 10, 6], [0.1], [0]);
  const scores = (["v8", "v26"] as const).map((name) => {
    const metrics = detect.createMetrics(["a"], { scoring: familySettings[name].scoring, conf: 0.001 });
    metrics.add(unsure, sample);
    const { fitness, map50, map50_95, confusion } = metrics.result();
    return { gain: fitness - map50_95, map50, counted: confusion.at(0, 0) };
  });
  expect(scores.map(({ counted }) => counted)).toEqual([0, 1]);
  expect(scores[1]?.gain).toBe(0);
  expect(scores[0]?.gain).toBeGreaterThan(0.05 * (scores[0]?.map50 ?? 1));
});
