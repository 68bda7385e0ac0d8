import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { familyOf } from "@lookonce/families";
import { nonMaxSuppression, scaleBoxes } from "@lookonce/geometry";
import { encodeImage, type Image, letterbox, readImage, writeImage } from "@lookonce/image";
import { type DetectionModel, fuse } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Predictor, type Results } from "./index.ts";
import { tinyModel } from "./test-tiny-model.ts";

function noise(width: number, height: number, seed = 1): Image {
  const rng = new Random(seed);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => rng.integer(0, 256)) };
}

/** What the model says of an image, step by step. */
async function byHand(model: DetectionModel, image: Image, size: number): Promise<ReturnType<typeof scaleBoxes>[]> {
  const boxed = letterbox(image, { size, auto: true, stride: 8 });
  const { width, height } = boxed.canvas;
  const decoded = tf.tidy(() => {
    const x = tf.div(tf.tensor4d(Float32Array.from(boxed.image.data), [1, height, width, 3]), 255);
    return model.forward(x as tf.Tensor4D).decoded as tf.Tensor3D;
  });
  const data = (await decoded.data()) as Float32Array;
  const found = nonMaxSuppression(
    { data, shape: decoded.shape, layout: "NAC", hasObjectness: model.anchors.length > 0 },
    { conf: 0, iou: familyOf(model.family).nms.predict.iou, maxDet: 20 },
  )[0]!;
  const padding = familyOf(model.family).loading.padding === "rounded" ? boxed.padding : boxed.exactPadding;
  return [scaleBoxes(found.boxes, { ratio: boxed.ratio, padding }, image), found.scores];
}

let folder = "";
let v8: DetectionModel;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-inference-"));
  v8 = await tinyModel("v8");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(["v5", "v8"] as const)("Predictor of %s", (family) => {
  it("agrees with the model, its suppression and its letterbox done by hand", async () => {
    const model = await tinyModel(family);
    const predictor = await Predictor.create({ model, imgsz: 64, conf: 0, maxDet: 20 });
    for (const image of [noise(100, 60), noise(37, 80)]) {
      const { boxes } = await predictor.detect(image);
      const [expectedBoxes, scores] = (await byHand(model, image, 64)) as [Float32Array, Float32Array];
      expect(boxes.count).toBeGreaterThan(3);
      expectClose(boxes.scores, scores, { abs: 1e-5 });
      // In no order: scores may tie but for rounding
      const rows = (values: Float32Array): string[] =>
        Array.from({ length: values.length / 4 }, (_, i) =>
          Array.from(values.subarray(4 * i, 4 * i + 4), (side) => side.toFixed(1)).join(" "),
        ).sort();
      expect(rows(boxes.boxes)).toEqual(rows(expectedBoxes));
    }
    await predictor.dispose();
  });

  it("keeps the weights of its making, and leaves the model trainable", async () => {
    const model = await tinyModel(family);
    const predictor = await Predictor.create({ model: model.train(), imgsz: 64, conf: 0 });
    const before = await predictor.detect(noise(64, 64));
    for (const variable of model.namedParameters().values()) tf.tidy(() => variable.assign(tf.mul(variable, 2)));
    const other = await Predictor.create({ model, imgsz: 64, conf: 0 });
    const [again, changed] = [await predictor.detect(noise(64, 64)), await other.detect(noise(64, 64))];
    expect(again.toJSON()).toEqual(before.toJSON());
    expect(changed.toJSON()).not.toEqual(before.toJSON());
    expect(model.training).toBe(true);
    await Promise.all([predictor.dispose(), other.dispose()]);
  });

  it("accepts a model that is fused already", async () => {
    const model = await tinyModel(family);
    const [one, two] = [await Predictor.create({ model, imgsz: 64, conf: 0 }), await fuse(await tinyModel(family))];
    const fused = await Predictor.create({ model: two, imgsz: 64, conf: 0 });
    const [a, b] = [await one.detect(noise(64, 64)), await fused.detect(noise(64, 64))];
    expectClose(b.boxes.scores, a.boxes.scores, { abs: 1e-5 });
    await Promise.all([one.dispose(), fused.dispose()]);
  });
});

describe("Predictor", () => {
  it("leaves no tensors behind", async () => {
    const before = tf.memory().numTensors;
    const predictor = await Predictor.create({ model: v8, imgsz: 64 });
    await predictor.detect(noise(64, 64));
    await predictor.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("traces from another backend and goes back to it", async () => {
    await import("@tensorflow/tfjs-backend-cpu");
    await tf.setBackend("cpu");
    const predictor = await Predictor.create({ model: v8, imgsz: 64 });
    expect((await predictor.detect(noise(64, 64))).width).toBe(64);
    expect(tf.getBackend()).toBe("cpu");
    await predictor.dispose();
    await tf.setBackend("onnxruntime");
  });

  it("forgets the size unused for longest, and compiles it again", async () => {
    const predictor = await Predictor.create({ model: v8, imgsz: 64, conf: 0, capacity: 1 });
    const first = await predictor.detect(noise(64, 64));
    await predictor.detect(noise(64, 32));
    expect((await predictor.detect(noise(64, 64))).toJSON()).toEqual(first.toJSON());
    await predictor.dispose();
  });

  it("pads to a square on request, and rounds imgsz up to the stride", async () => {
    const predictor = await Predictor.create({ model: v8, imgsz: 61, rect: false });
    expect((await predictor.detect(noise(50, 20))).inputSize).toEqual({ width: 64, height: 64 });
    const rectangular = await Predictor.create({ model: v8, imgsz: [32, 64] });
    expect((await rectangular.detect(noise(20, 20))).inputSize).toEqual({ width: 32, height: 32 });
    await Promise.all([predictor.dispose(), rectangular.dispose()]);
  });

  it("filters by confidence, class and number", async () => {
    const predictor = await Predictor.create({ model: v8, imgsz: 64, conf: 0 });
    const image = noise(64, 64);
    const all = await predictor.detect(image);
    const kept = await predictor.detect(image, { classes: [1], maxDet: 2, agnosticNms: true });
    expect(all.boxes.count).toBeGreaterThan(2);
    expect([...kept.boxes.classes]).toEqual([1, 1]);
    const highest = all.boxes.scores[0] as number;
    expect((await predictor.detect(image, { conf: highest })).boxes.count).toBe(0);
    await predictor.dispose();
  });

  it.each([
    [{}, "Predictor.create needs either `model` or `onnxFile`."],
    [{ onnxFile: "a.onnx", model: "v8" }, "Predictor.create needs either `model` or `onnxFile`."],
    [{ model: "v8", imgsz: 0 }, "imgsz must be a whole number of pixels, or two, from 1 on, not 0."],
    [{ onnxFile: "missing.onnx" }, /There is no model .*missing\.onnx: check the path\./],
  ])("refuses %j", async (options, message) => {
    const model = "model" in options ? { model: v8 } : {};
    const { model: _, ...rest } = options as Record<string, unknown>;
    await expect(Predictor.create({ ...rest, ...model })).rejects.toThrow(message);
  });
});

describe("predict", () => {
  let predictor: Predictor;
  beforeAll(async () => {
    predictor = await Predictor.create({ model: v8, imgsz: 64, conf: 0, maxDet: 3 });
    mkdirSync(join(folder, "images", "deeper"), { recursive: true });
    for (const [i, name] of ["b.png", "a.jpg", "c.PNG"].entries()) {
      await writeImage(join(folder, "images", name), noise(40 + 8 * i, 32, i));
    }
    writeFileSync(join(folder, "images", "broken.jpg"), "this is no image");
    writeFileSync(join(folder, "images", "notes.txt"), "nor is this");
  });
  afterAll(() => predictor.dispose());

  const namesOf = (results: Results[]): string[] => results.map(({ path }) => path.slice(folder.length + 8));

  it("goes through a folder in order, and lists what it skips", async () => {
    const run = predictor.predict(join(folder, "images"));
    const results = await run.toArray();
    expect(namesOf(results)).toEqual(["a.jpg", "b.png", "c.PNG"]);
    expect(results.map(({ width }) => width)).toEqual([48, 40, 56]);
    expect(run.skipped).toEqual([
      {
        path: join(folder, "images", "broken.jpg"),
        reason: expect.stringContaining("broken.jpg is not a whole image"),
      },
    ]);
  });

  it("knows patterns", async () => {
    const matched = async (pattern: string): Promise<string[]> =>
      namesOf(await predictor.predict(join(folder, "images", pattern)).toArray());
    expect(await matched("?.*")).toEqual(["a.jpg", "b.png", "c.PNG"]);
    expect(await matched("?.[jp]*g")).toEqual(["a.jpg", "b.png"]);
    expect(await matched("a.j*")).toEqual(["a.jpg"]);
  });

  it("accepts bytes, pixels and lists of both", async () => {
    const image = noise(48, 40, 3);
    const bytes = await encodeImage(image, ".png");
    const [a, b] = await predictor.predict([bytes, image]).toArray();
    expect([a?.path, b?.path]).toEqual(["image 0", "image 1"]);
    expect(a?.toJSON().boxes).toEqual(b?.toJSON().boxes);
    const [single] = await predictor.predict(bytes).toArray();
    expect(single?.toJSON().boxes).toEqual(a?.toJSON().boxes);
  });

  it("has plain results in the image's pixels", async () => {
    const path = join(folder, "images", "a.jpg");
    const [result] = (await predictor.predict(path).toArray()) as [Results];
    const { boxes, ...rest } = JSON.parse(JSON.stringify(result));
    expect(rest).toEqual({ path, width: 48, height: 32 });
    expect(boxes).toHaveLength(3);
    for (const box of boxes) {
      expect(Object.keys(box)).toEqual(["x1", "y1", "x2", "y2", "confidence", "class", "name"]);
      expect(box.name).toBe(["cat", "d'og", "bird"][box.class]);
      expect(box.x1 >= 0 && box.x1 <= box.x2 && box.x2 <= 48 && box.y1 >= 0 && box.y1 <= box.y2 && box.y2 <= 32).toBe(
        true,
      );
    }
    expect(Object.values(result.speed).every((ms) => ms >= 0)).toBe(true);
  });

  it("draws into a file", async () => {
    const result = await predictor.detect(noise(64, 48));
    await result.save(join(folder, "drawn.png"));
    const drawn = await readImage(join(folder, "drawn.png"));
    expect([drawn.width, drawn.height]).toEqual([64, 48]);
    expect(drawn.data).not.toEqual(result.image.data);
    expect(result.image.data).toEqual(noise(64, 48).data);
  });

  it.each([
    ["nowhere.jpg", "There is no image or folder nowhere.jpg: check the path."],
    ["nowhere/*.jpg", "No file matches nowhere/*.jpg. Check the pattern and its folder."],
    ["images/x*", "No file matches"],
    ["images/deeper", "has no images"],
    ["images/broken.jpg", "is not a whole image"],
  ])("refuses %s", async (path, message) => {
    const source = path.startsWith("images") ? join(folder, path) : path;
    await expect(predictor.predict(source).toArray()).rejects.toThrow(message);
  });
});
