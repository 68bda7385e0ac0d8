import { DetectionModel, readModelConfig } from "@lookonce/nn";
import { describeGolden, enterTestDevice, goldenJson } from "@lookonce/testing";
import { beforeAll, expect, it } from "vitest";
import { decays, describeGroup, groupParameters, musgdGroups } from "./parameter-groups.ts";

beforeAll(async () => {
  await enterTestDevice();
});

interface GoldenGroup {
  lr: number;
  weight_decay: number;
  use_muon: boolean;
  count: number;
  first: string[];
  frozen_inside: string[];
  names: string[] | null;
}

const file = "families/musgd/parameter_groups.json";

describeGolden("groups of MuSGD", [file], () => {
  const golden = goldenJson(file) as Record<string, GoldenGroup[]>;

  it.each(Object.keys(golden))("of %s are the reference's", async (name) => {
    const model = new DetectionModel(readModelConfig(`${name}.yaml`));
    const parameters = groupParameters(model, musgdGroups);
    expect(golden[name]).toHaveLength(musgdGroups.length);
    for (const [i, expected] of (golden[name] ?? []).entries()) {
      const group = musgdGroups[i] ?? "weight";
      const paths = parameters.flatMap((one) => (one.group === group ? [one.path] : []));
      // The reference lists the DFL's fixed weights, too; they never get a gradient.
      const { frozen_inside: frozen, names, lr, weight_decay, use_muon } = expected;
      expect([paths.length, paths.slice(0, 3)]).toEqual([expected.count - frozen.length, expected.first]);
      if (names !== null) expect(new Set(paths)).toEqual(new Set(names));
      const { kind, lrFactor } = describeGroup(group);
      expect([lrFactor, decays(group), kind === "matrix"]).toEqual([lr === 0.03 ? 3 : 1, weight_decay > 0, use_muon]);
    }
    model.dispose();
  });
});
