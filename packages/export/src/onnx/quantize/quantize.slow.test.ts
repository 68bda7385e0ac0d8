import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { familyOf } from "@lookonce/families";
import { nonMaxSuppression, normalizedXywhToXyxy, scaleBoxes } from "@lookonce/geometry";
import { type Image, letterbox, readImage } from "@lookonce/image";
import { OnnxEngine } from "@lookonce/inference";
import { type EvaluatedImage, evaluateDetections } from "@lookonce/metrics";
import type { DetectionModel } from "@lookonce/nn";
import { modelFromCheckpoint } from "@lookonce/nn";
import { describeShared, sharedPath } from "@lookonce/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { floatPixels } from "../../float-pixels.ts";
import { exportOnnx } from "../../index.ts";
import { useOnnxRuntime } from "../../test-tiny-model.ts";

const weights = ["yolov8n", "yolov5n"] as const;
const data = "data/coco128";
let folder = "";

beforeAll(async () => {
  await useOnnxRuntime();
  folder = mkdtempSync(join(tmpdir(), "lookonce-quantize-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function filesOf(split: string): string[] {
  const directory = sharedPath(`${data}/images/${split}`);
  return readdirSync(directory).map((name) => join(directory, name));
}

async function* calibration(): AsyncGenerator<Image> {
  for (const file of filesOf("train2017").slice(0, 64)) yield await readImage(file);
}

/** Labels beside an image, in its pixels. */
function labelsOf(file: string, image: Image): { boxes: Float32Array; classes: number[] } {
  const text = readFileSync(file.replace("images", "labels").replace(/jpg$/, "txt"), "utf8").trim();
  const rows = text.split("\n").map((line) => line.split(/\s+/).map(Number));
  const boxes = normalizedXywhToXyxy(
    rows.flatMap((row) => row.slice(1)),
    image,
  );
  return { boxes: Float32Array.from(boxes), classes: rows.map(([label]) => label as number) };
}

/** mAP50-95 of an exported model on the images of `val2017`. */
async function score(file: string, { family, nc }: Pick<DetectionModel, "family" | "nc">): Promise<number> {
  const engine = await OnnxEngine.create(readFileSync(file));
  const evaluated: EvaluatedImage[] = [];
  for (const path of filesOf("val2017")) {
    const image = await readImage(path);
    const boxed = letterbox(image, { size: [640, 640] });
    const [output] = await engine.run(floatPixels(boxed.image), [1, 3, 640, 640]);
    const prediction = {
      ...(output as { data: Float32Array; shape: number[] }),
      hasObjectness: familyOf(family).hasObjectness,
    } as const;
    const [found] = nonMaxSuppression(
      { ...prediction, layout: familyOf(family).outputLayout },
      { ...familyOf("v8").nms.val, multiLabel: true },
    );
    if (found === undefined) throw new Error("no image");
    const boxes = scaleBoxes(found.boxes, boxed, image);
    evaluated.push({ detections: { ...found, boxes }, labels: labelsOf(path, image) });
  }
  await engine.dispose();
  return evaluateDetections(evaluated, { nc }).map50_95;
}

describeShared("quantized models", [...weights.map((name) => `weights/${name}.pt`), `${data}/images`], () => {
  it.each(weights)("%s loses less than 0.02 of its mAP50-95, and three bytes of four", async (name) => {
    const path = sharedPath(`weights/${name}.pt`);
    const model = modelFromCheckpoint(await readCheckpoint(path), path);
    const files = { plain: join(folder, `${name}.onnx`), int8: join(folder, `${name}-int8.onnx`) };
    const plain = await exportOnnx(model, { file: files.plain });
    const int8 = await exportOnnx(model, { file: files.int8, int8: true, calibration: calibration() });
    const [before, after] = [await score(files.plain, model), await score(files.int8, model)];
    console.info(`${name}: mAP50-95 ${before.toFixed(4)}, with 8 bits ${after.toFixed(4)}`);
    expect(before).toBeGreaterThan(0.25);
    expect(Math.abs(after - before)).toBeLessThan(0.02);
    expect(int8.bytes).toBeLessThan(0.35 * plain.bytes);
  });
});
