import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dataset, generateShapes } from "@lookonce/data";
import { DetectionModel } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { enterTestDevice } from "@lookonce/testing";
import { train } from "@lookonce/trainer";
import { beforeAll, expect, it } from "vitest";
import { shapesModel, shapesRecipe } from "./shapes.ts";

beforeAll(async () => {
  await enterTestDevice();
});

it("learns the shapes from random weights", async () => {
  const place = mkdtempSync(join(tmpdir(), "shapes-"));
  const { yaml } = await generateShapes({ directory: join(place, "data") });
  const data = await Dataset.open({ yaml, split: "train" });
  const valData = await Dataset.open({ yaml, split: "val" });
  const model = new DetectionModel(shapesModel(data.names.length), { rng: new Random(0), names: data.names });
  const result = await train(model, { ...shapesRecipe, data, valData, val: "last", directory: place });
  expect(result.validation?.map50).toBeGreaterThan(0.9);
  model.dispose();
});
