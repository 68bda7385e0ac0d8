import { join } from "node:path";
import { readCheckpoint, saveCheckpoint } from "@lookonce/checkpoint";
import { setDevice } from "@lookonce/device";
import { stateDict } from "@lookonce/nn";
import { beforeAll, describe, expect, it } from "vitest";
import { buildForClasses, buildModel, outlineModel } from "./build-model.ts";
import { findModel } from "./model-source.ts";
import { temporaryFolder, writeTinyModel } from "./test-model.ts";

const folder = temporaryFolder();
const weights = join(folder, "tiny.safetensors");

beforeAll(async () => {
  await setDevice("cpu");
  const model = await buildModel(await findModel(writeTinyModel(folder)), { seed: 5, use: "test" });
  const config = model.config.source as NonNullable<ReturnType<typeof readCheckpoint>["config"]>;
  saveCheckpoint(weights, { tensors: await stateDict(model), config, names: model.names, metadata: {} });
  model.dispose();
});

describe("buildForClasses", () => {
  it("keeps everything for as many classes", async () => {
    const { model, report } = await buildForClasses(await findModel(weights), { names: ["a", "b", "c"], seed: 0 });
    const total = model.namedVariables().size;
    expect(report).toContain(`transferred ${total}/${total} items`);
    expect(model.names).toEqual(["a", "b", "c"]);
    const { tensors } = readCheckpoint(weights);
    for (const [name, { data }] of await stateDict(model)) expect(data, name).toEqual(tensors.get(name)?.data);
    model.dispose();
  });

  it("keeps all but the outputs for classes for another number of them", async () => {
    const { model, report } = await buildForClasses(await findModel(weights), { names: ["a", "b"], seed: 0 });
    const total = model.namedVariables().size;
    // A weight and a bias of each of three levels' last convolution.
    expect(report).toContain(`transferred ${total - 6}/${total} items`);
    expect(model.nc).toBe(2);
    const { tensors } = readCheckpoint(weights);
    const differing = [...(await stateDict(model))].filter(([name, { data }]) => {
      const before = tensors.get(name)?.data;
      return before === undefined || before.length !== data.length || data.some((value, i) => value !== before[i]);
    });
    expect(differing.map(([name]) => name).sort()).toEqual(
      [0, 1, 2].flatMap((level) => ["bias", "weight"].map((part) => `model.5.cv3.${level}.2.${part}`)),
    );
    model.dispose();
  });
});

describe("a checkpoint of a family that is not known", () => {
  it("is reported with the modules that are not, by whatever reads it first", async () => {
    const { config = {}, ...rest } = readCheckpoint(weights);
    const head = [[-1, 1, "Detect27", ["nc"]]];
    const newer = join(folder, "newer.safetensors");
    saveCheckpoint(newer, { ...rest, config: { ...config, head, yaml_file: "yolo27n.yaml" } });
    const reported = {
      code: "UNSUPPORTED",
      message: expect.stringMatching(
        /newer\.safetensors is a model of "yolo27n\.yaml", .* not know: Detect27 \(layer 5\)\./,
      ),
    };
    const source = await findModel(newer);
    await expect(buildModel(source, { seed: 0, use: "test" })).rejects.toMatchObject(reported);
    await expect(outlineModel(source, { use: "test" })).rejects.toMatchObject(reported);
    await expect(buildForClasses(source, { names: ["a"], seed: 0 })).rejects.toMatchObject(reported);
  });
});
