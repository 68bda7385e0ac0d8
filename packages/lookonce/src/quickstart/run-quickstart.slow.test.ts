import { join } from "node:path";
import { taskNames } from "@lookonce/config";
import { expect, it } from "vitest";
import { temporaryFolder } from "../test-model.ts";
import { runQuickstart } from "./run-quickstart.ts";
import { shapesTasks } from "./shapes.ts";

const folder = temporaryFolder();

/** Of the score that counts. */
const least = { detect: 0.8, segment: 0.8, pose: 0.8, obb: 0.8, classify: 0.95 };

it.each(taskNames)("learns the shapes well within its few minutes: %s", async (task) => {
  const { validation, unseen, agreement } = await runQuickstart({ directory: join(folder, task), task });
  expect(validation.table[0].scores[shapesTasks[task].score]).toBeGreaterThanOrEqual(least[task]);
  expect(unseen.every(({ found }) => found.length > 0)).toBe(true);
  expect(agreement.pixels).toBeLessThan(0.1);
  expect(agreement.confidence).toBeLessThan(0.001);
});
