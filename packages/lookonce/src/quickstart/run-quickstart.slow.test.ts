import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../test-model.ts";
import { runQuickstart } from "./run-quickstart.ts";

const folder = temporaryFolder();

it("learns the shapes well within its few minutes", async () => {
  const { validation, unseen, agreement } = await runQuickstart({ directory: join(folder, "quickstart") });
  expect(validation.map50).toBeGreaterThanOrEqual(0.8);
  expect(unseen.every(({ found }) => found.length > 0)).toBe(true);
  expect(agreement.pixels).toBeLessThan(0.1);
  expect(agreement.confidence).toBeLessThan(0.001);
});
