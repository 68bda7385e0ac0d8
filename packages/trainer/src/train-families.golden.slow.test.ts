import { enterTestDevice } from "@lookonce/testing";
import { beforeAll } from "vitest";
import { describeFamilyTraining, familyCases } from "./test-train-family.ts";

beforeAll(async () => {
  await enterTestDevice();
});

for (const [name, bounds] of Object.entries(familyCases)) describeFamilyTraining(name, bounds);
