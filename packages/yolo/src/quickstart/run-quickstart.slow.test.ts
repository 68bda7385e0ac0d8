import { readFileSync } from "node:fs";
import { join } from "node:path";
import { taskNames } from "@lookonce/config";
import { expect, it } from "vitest";
import { temporaryFolder } from "../test-model.ts";
import { runQuickstart } from "./run-quickstart.ts";
import { shapesTasks } from "./shapes.ts";

const folder = temporaryFolder();

/** Of the score that counts; scripts/registry.mjs checks that of detection. */
const least = { segment: 0.8, pose: 0.8, obb: 0.8, classify: 0.95 };

it.each(taskNames.filter((task) => task !== "detect"))(
  "learns the shapes well within its few minutes: %s",
  async (task) => {
    const { validation, unseen, agreement } = await runQuickstart({ directory: join(folder, task), task, threads: 1 });
    expect(validation.table[0].scores[shapesTasks[task].score]).toBeGreaterThanOrEqual(least[task]);
    expect(unseen.every(({ found }) => found.length > 0)).toBe(true);
    expect(agreement.pixels).toBeLessThan(0.1);
    expect(agreement.confidence).toBeLessThan(0.001);
  },
);

it("learns them with a small YOLO26, and measures what its branch without suppression finds", async () => {
  const result = await runQuickstart({ directory: join(folder, "yolo26"), model: "yolo26", threads: 1 });
  const { validation, endToEnd, agreement, report } = result;
  expect(validation.map50).toBeGreaterThanOrEqual(0.8);
  expect(endToEnd?.validation.map50).toBeGreaterThan(0.5);
  expect(endToEnd?.detections).toBeGreaterThan(0);
  expect(agreement.pixels).toBeLessThan(0.1);
  const text = readFileSync(report, "utf8");
  expect(text).toContain("Made by `lookonce quickstart task=detect model=yolo26`");
  expect(text).toMatch(/Without suppression, by its one-to-one branch: mAP50 \d+\.\d %; \d+ of its \d+ detections/);
});
