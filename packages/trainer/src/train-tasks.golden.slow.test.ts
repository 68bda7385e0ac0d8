import { enterTestDevice } from "@lookonce/testing";
import { beforeAll } from "vitest";
import { describeTraining } from "./test-train-task.ts";

beforeAll(async () => {
  await enterTestDevice();
});

describeTraining("segment", "clipped_at_10");
for (const task of ["pose", "obb", "classify"]) {
  for (const name of ["small_lr", "clipped_at_10"] as const) describeTraining(task, name);
}
