import { enterTestDevice } from "@lookonce/testing";
import { beforeAll } from "vitest";
import { describeTraining } from "./test-train-task.ts";

beforeAll(async () => {
  await enterTestDevice();
});

// The other tasks, and gradients that are clipped: train-tasks.golden.slow.test.ts.
describeTraining("segment", "small_lr");
