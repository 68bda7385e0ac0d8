import { decodeMaps, type Prediction } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { DetectionModel, parseModelConfig, readModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { EngineCache, type EngineTensor } from "../engine/onnx-engine.ts";
import { tinyModel, useOnnxRuntime } from "../test-tiny-model.ts";
import type { Detector } from "./detector.ts";
import { createDetector, runMaps } from "./map-detector.ts";
import { ModelDetector } from "./model-detector.ts";
import { traceForBytes } from "./trace-detector.ts";
import { TracedNetwork } from "./traced-network.ts";

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

const heads = [
  { family: "v8", head: "Segment, [nc, 4, 16]", extras: 4 },
  { family: "v5", head: "Segment, [nc, anchors, 4, 16]", extras: 4 },
] as const;

describe.each(heads)("raw maps of $family's $head", ({ family, head, extras }) => {
  it("come with extras and prototypes, for any size by one network", async () => {
    const model = await tinyModel(family, 5, head);
    const engines = new EngineCache(2);
    const network = new TracedNetwork(model, engines, { threads: 1 });
    const { nc, strides, regMax, anchors } = model;
    const spec = { nc, strides, regMax, anchors, extras: model.extras };
    expect(spec.extras).toBe(extras);
    const decode = (maps: readonly EngineTensor[]) => decodeMaps(maps, spec, 0);
    for (const image of [noise(64, 32), noise(32, 48)]) {
      const { predictions } = await runMaps(await network.engine(image), decode, { images: [image] });
      const [{ data, shape, prototypes, extras: count }] = predictions as [Prediction];
      expect([shape[2], count]).toEqual([(family === "v5" ? 5 : 4) + nc + extras, extras]);
      expectClose(data, await decodedByModel(model, image), { abs: 2e-4 });
      expect(prototypes?.shape).toEqual([image.height / 2, image.width / 2, 4]);
      expectClose(prototypes?.data ?? [], await prototypesByModel(model, image), { abs: 1e-4 });
    }
    await engines.clear();
    model.dispose();
  });

  it("are outputs beside the decoded predictions, with the prototypes last", async () => {
    const model = await tinyModel(family, 5, head);
    const traced = await traceForBytes(model, { height: 32, width: 64, batch: 2 });
    expect(traced.graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["output0", [2, expect.any(Number), (family === "v5" ? 5 : 4) + 3 + extras]],
      ["prototypes", [2, 16, 32, 4]],
    ]);
    const raw = await traceForBytes(model, { height: 32, width: 64, raw: true });
    expect(raw.graph.outputs.map(({ name }) => name)).toEqual(["output0", "raw0", "raw1", "prototypes"]);
    model.dispose();
  });
});

/** The prototypes that the model's own modules make of an image. */
async function prototypesByModel(model: DetectionModel, { data, width, height }: Image): Promise<Float32Array> {
  const maps = tf.tidy(() => {
    const x = tf.div(tf.tensor4d(Float32Array.from(data), [1, height, width, 3]), 255) as tf.Tensor4D;
    return model.head.splitMaps(model.forward(x).raw).prototypes as tf.Tensor4D;
  });
  const values = (await maps.data()) as Float32Array;
  maps.dispose();
  return values;
}

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
