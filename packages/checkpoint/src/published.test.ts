import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeShared, expectClose, goldenJson, goldenTensors, sharedPath } from "@lookonce/testing";
import { expect, it } from "vitest";
import type { Checkpoint } from "./checkpoint.ts";
import { readCheckpoint } from "./read-checkpoint.ts";

/** Numbers in parameters: everything but BatchNorm's statistics and YOLOv5's anchors. */
function parameters({ tensors }: Checkpoint): number {
  let sum = 0;
  for (const [name, { data }] of tensors) {
    if (!/\.(running_mean|running_var|num_batches_tracked|anchors|anchor_grid)$/.test(name)) sum += data.length;
  }
  return sum;
}

/** Every tensor of `expected` is in the checkpoint, equal to the last bit, and no other is. */
function expectTensors(checkpoint: Checkpoint, expected: ReturnType<typeof goldenTensors>): void {
  expect([...checkpoint.tensors.keys()].sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { shape, data }] of Object.entries(expected)) {
    const actual = checkpoint.tensors.get(name);
    expect([name, actual?.shape]).toEqual([name, shape]);
    expectClose(Array.from(actual?.data as ArrayLike<number>, Number), data, {});
  }
}

describeShared("yolov8n.pt", ["weights/yolov8n.pt", "golden/v8/params"], () => {
  const checkpoint = readCheckpoint(sharedPath("weights/yolov8n.pt"));

  it("has the published number of parameters", () => {
    expect(parameters(checkpoint)).toBe(3_157_200);
    expect(checkpoint.tensors.get("model.22.dfl.conv.weight")?.data).toEqual(
      Float32Array.from({ length: 16 }, (_, i) => i),
    );
  });

  it("has shapes and numbers where they belong", () => {
    const { tensors } = checkpoint;
    expect(tensors.get("model.0.conv.weight")?.shape).toEqual([16, 3, 3, 3]);
    expect(tensors.get("model.22.cv3.2.2.bias")?.shape).toEqual([80]);
    expect(tensors.get("model.0.bn.num_batches_tracked")).toMatchObject({ shape: [] });
    for (const [name, { data }] of tensors) {
      if (data instanceof Float32Array) expect([name, data.every(Number.isFinite)]).toEqual([name, true]);
      if (name.endsWith("running_var"))
        expect([name, (data as Float32Array).every((v) => v > 0)]).toEqual([name, true]);
    }
  });

  it("reads names, classes, strides and configuration", () => {
    const { names, nc, stride, config, metadata } = checkpoint;
    expect([names?.length, names?.[0], names?.[79], nc, stride]).toEqual([80, "person", "toothbrush", 80, [8, 16, 32]]);
    expect(config).toMatchObject({ nc: 80, scale: "n", scales: { n: [0.33, 0.25, 1024] } });
    expect(metadata).toMatchObject({ source: "model", modelClass: "ultralytics.nn.tasks.DetectionModel", epoch: -1 });
  });

  it("is the same from bytes as from a path", () => {
    const again = readCheckpoint(new Uint8Array(readFileSync(sharedPath("weights/yolov8n.pt"))));
    for (const [name, { data }] of again.tensors) {
      const same = Buffer.from(data.buffer).equals(
        Buffer.from(checkpoint.tensors.get(name)?.data.buffer as ArrayBuffer),
      );
      expect([name, same]).toEqual([name, true]);
    }
  });
});

describeShared("a checkpoint of Ultralytics 8.4", ["golden/families/e2e/model.pt"], () => {
  it("is read with both branches of its head, in single precision", () => {
    const { config, names, nc, stride, tensors, metadata } = readCheckpoint(sharedPath("golden/families/e2e/model.pt"));
    expect(config).toMatchObject({ end2end: true, reg_max: 1, nc: 3 });
    expect([names?.length, nc, stride]).toEqual([3, 3, [8, 16, 32]]);
    expect(metadata).toMatchObject({ source: "model", modelClass: "ultralytics.nn.tasks.DetectionModel", epoch: -1 });
    for (const prefix of ["", "one2one_"]) {
      expect(tensors.get(`model.23.${prefix}cv2.0.2.weight`)).toMatchObject({ shape: [4, 16, 1, 1] });
      expect(tensors.get(`model.23.${prefix}cv3.2.2.bias`)?.data).toBeInstanceOf(Float32Array);
    }
  });
});

describeShared("yolov5n.pt", ["weights/yolov5n.pt", "golden/v5/params/totals.json"], () => {
  const checkpoint = readCheckpoint(sharedPath("weights/yolov5n.pt"));

  it("has the published number of parameters", () => {
    const totals = goldenJson("v5/params/totals.json").models.yolov5n;
    expect(parameters(checkpoint)).toBe(totals.parameters);
    // The published file carries one tensor more than the model of today, anchor_grid.
    expect(checkpoint.tensors.size).toBe(totals.state_dict_tensors + 1);
    expect(checkpoint.tensors.get("model.24.anchor_grid")?.shape).toEqual([3, 1, 3, 1, 1, 2]);
    expect(checkpoint.stride).toEqual(totals.strides);
  });

  it("returns anchors in pixels, names and arguments", () => {
    const { anchors, names, nc, config, metadata } = checkpoint;
    expect(anchors).toEqual(config?.anchors);
    expect([names?.length, names?.[5], nc]).toEqual([80, "bus", 80]);
    expect(metadata).toMatchObject({ epoch: -1, bestFitness: [0.26757470545905554], trainArgs: { lr0: 0.01 } });
  });
});

const ghost = "golden/v5/forward/ghost_random";
describeShared("ghost_random.pt", [`${ghost}.pt`, `${ghost}.weights.safetensors`], () => {
  it("contains the golden weights", () => {
    expectTensors(
      readCheckpoint(sharedPath(`${ghost}.pt`)),
      goldenTensors("v5/forward/ghost_random.weights.safetensors"),
    );
  });
});

describeShared("random_p2/model.pt", ["golden/v8/forward/random_p2/model.pt"], () => {
  it("is a model of four levels and three classes", () => {
    const settings = goldenJson("v8/forward/random_p2/settings.json");
    const checkpoint = readCheckpoint(sharedPath("golden/v8/forward/random_p2/model.pt"));
    expect(checkpoint.config).toMatchObject(settings.yaml);
    expect(checkpoint).toMatchObject({ nc: 3, stride: [4, 8, 16, 32], names: ["kind0", "kind1", "kind2"] });
  });
});

describeShared("every other checkpoint", ["golden/tasks", "golden/families"], () => {
  const folder = sharedPath("golden");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".pt"));

  it.each(files)("accepts %s", (file) => {
    expect(readCheckpoint(join(folder, file)).tensors.size).toBeGreaterThan(50);
  });
});
