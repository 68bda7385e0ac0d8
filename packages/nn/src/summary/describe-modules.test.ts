import { Random } from "@lookonce/random";
import "@tensorflow/tfjs-backend-cpu";
import { describe, expect, it } from "vitest";
import { DetectionModel, describeModules, parseModelConfig, stateDict } from "../index.ts";

const document = {
  nc: 2,
  backbone: [[-1, 1, "Conv", [8, 3, 2]]],
  head: [[[-1], 1, "Detect", ["nc"]]],
};

describe("describeModules", () => {
  it("describes every parameter with its mean and deviation, and sums up modules", async () => {
    const model = new DetectionModel(parseModelConfig(document), { rng: new Random(1) });
    model.freeze("model.0.bn");
    const values = await stateDict(model);
    const modules = describeModules(model, values);
    expect(modules[0]).toMatchObject({ path: "", kind: "DetectionModel", tensors: [] });
    const tensors = modules.flatMap(({ path, tensors }) => tensors.map((tensor) => ({ ...tensor, path })));
    expect(tensors.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(modules[0]?.parameters);
    expect(tensors.map(({ path, name }) => `${path}.${name}`)).toEqual([...model.namedParameters().keys()]);
    expect(modules.find(({ path }) => path === "model.0")).toMatchObject({
      kind: "Conv",
      parameters: 232,
      gradients: 216,
    });
    expect(tensors[1]).toEqual({
      path: "model.0.bn",
      name: "weight",
      shape: [8],
      parameters: 8,
      gradient: false,
      mean: 1,
      std: 0,
    });
    model.dispose();
  });

  it("uses the sample's deviation, as PyTorch does", () => {
    const model = new DetectionModel(parseModelConfig(document));
    const given = new Map([["model.0.bn.bias", { shape: [8], data: [1, 2, 3, 4, 5, 6, 7, 1e6] }]]);
    const bn = describeModules(model, given).find(({ path }) => path === "model.0.bn");
    expect(bn?.tensors).toHaveLength(1);
    expect(bn?.tensors[0]?.mean).toBeCloseTo(125003.5, 6);
    expect(bn?.tensors[0]?.std).toBeCloseTo(353551.975, 2);
  });
});
