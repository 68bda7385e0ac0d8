import type { Prediction } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { DetectionModel, parseModelConfig, readModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { tinyModel, useOnnxRuntime } from "../test-tiny-model.ts";
import type { Detector } from "./detector.ts";
import { createDetector } from "./map-detector.ts";
import { ModelDetector } from "./model-detector.ts";

beforeAll(useOnnxRuntime);

function noise(width: number, height: number): Image {
  const rng = new Random(width + height);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => rng.integer(0, 256)) };
}

/** What the model's own modules say of an image. */
async function decodedByModel(model: DetectionModel, { data, width, height }: Image): Promise<Float32Array> {
  const decoded = tf.tidy(() => {
    const x = tf.div(tf.tensor4d(Float32Array.from(data), [1, height, width, 3]), 255) as tf.Tensor4D;
    return model.forward(x).decoded as tf.Tensor3D;
  });
  const values = (await decoded.data()) as Float32Array;
  decoded.dispose();
  return values;
}

async function run(detector: Detector, image: Image, conf: number): Promise<Prediction> {
  const { predictions } = await detector.detect([image], conf);
  return predictions[0] as Prediction;
}

const options = { capacity: 2, threads: 1 };

describe.each(["v5", "v8"] as const)("raw maps of %s, decoded here", (family) => {
  it("are what the model decodes, for any size by one network", async () => {
    const model = await tinyModel(family);
    const detector = await ModelDetector.create(model, options);
    for (const image of [noise(64, 32), noise(32, 48), noise(80, 64)]) {
      const raw = await run(detector, image, 0);
      expect([...(raw.anchors as Int32Array)]).toEqual(Array.from({ length: raw.shape[1] as number }, (_, i) => i));
      expectClose(raw.data, await decodedByModel(model, image), { abs: 2e-4 });
    }
    await detector.dispose();
  });

  it("leave out anchors that cannot pass", async () => {
    const model = await tinyModel(family);
    const detector = await ModelDetector.create(model, options);
    const image = noise(64, 64);
    const all = await run(detector, image, 0);
    const width = all.shape[2] as number;
    const best = (row: number): number => {
      const values = all.data.subarray(row * width, (row + 1) * width);
      return all.hasObjectness
        ? (values[4] as number) * Math.max(...values.subarray(5))
        : Math.max(...values.subarray(4));
    };
    const scores = Array.from({ length: all.shape[1] as number }, (_, row) => best(row)).sort((a, b) => b - a);
    const conf = ((scores[9] as number) + (scores[10] as number)) / 2;
    const few = await run(detector, image, conf);
    expect(few.shape[1]).toBe(10);
    for (const [i, anchor] of [...(few.anchors as Int32Array)].entries()) {
      const box = few.data.subarray(i * width, i * width + 4);
      expectClose(box, all.data.subarray(anchor * width, anchor * width + 4), { abs: 1e-4 });
    }
    await detector.dispose();
  });

  it("come the same from the network that other threads make", async () => {
    const model = await tinyModel(family);
    const detector = await ModelDetector.create(model, options);
    const spec = await detector.spec();
    expect(spec?.kind).toBe("maps");
    const other = await createDetector(spec as NonNullable<typeof spec>, { threads: 1 });
    const image = noise(48, 64);
    expectClose((await run(other, image, 0)).data, (await run(detector, image, 0)).data, { abs: 1e-4 });
    expect([other.family, other.stride, other.names]).toEqual([detector.family, detector.stride, detector.names]);
    await Promise.all([other.dispose(), detector.dispose()]);
  });
});

describe("networks that depend on the size", () => {
  it("are compiled for each, and stay in this thread", async () => {
    const { source } = readModelConfig("yolov8n.yaml");
    const layers = (source.backbone as unknown[][]).map((layer, i, all) =>
      i === all.length - 1 ? [-1, 1, "C2PSA", [1024]] : layer,
    );
    const config = parseModelConfig({ ...source, nc: 3, backbone: layers }, { name: "attention.yaml" });
    const model = new DetectionModel(config, { rng: new Random(0) }).eval();
    const detector = await ModelDetector.create(model, options);
    for (const image of [noise(64, 32), noise(32, 64)]) {
      expectClose((await run(detector, image, 0)).data, await decodedByModel(model, image), { abs: 1e-3 });
    }
    expect(await detector.spec()).toBeUndefined();
    await detector.dispose();
  });
});
