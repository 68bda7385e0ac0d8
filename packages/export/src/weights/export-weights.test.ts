import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCheckpoint } from "@lookonce/checkpoint";
import { type DetectionModel, modelFromCheckpoint } from "@lookonce/nn";
import { describeShared, sharedPath } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkImage } from "../check-image.ts";
import { largestDifferences, predict, surestDifferences } from "../compare.ts";
import { tinyModel, useOnnxRuntime } from "../test-tiny-model.ts";
import { exportWeights } from "./export-weights.ts";

/** A Python with PyTorch; set LOOKONCE_PYTHON to name one that is not the first on the path. */
const python = process.env.LOOKONCE_PYTHON || "python3";
const hasTorch = spawnSync(python, ["-c", "import torch, numpy"]).status === 0;

let folder = "";
beforeAll(async () => {
  await useOnnxRuntime();
  folder = mkdtempSync(join(tmpdir(), "lookonce-weights-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  { format: "safetensors", ending: "safetensors" },
  { format: "torch", ending: "pt" },
] as const)("exportWeights as $format", ({ format, ending }) => {
  it.each(["v5", "v8"] as const)("writes a %s model that can be built from the file alone", async (family) => {
    const model = await tinyModel(family);
    const file = join(folder, "new", `${family}.${ending}`);
    const metadata = { license: "CC0-1.0" };
    const report = await exportWeights(model, { file, format, imgsz: [64, 96], metadata });
    expect(report).toMatchObject({ file, format, bytes: statSync(file).size, checkedOn: "coffee.jpg" });
    expect(report.differences).toEqual({ pixels: 0, probability: 0 });
    const checkpoint = readCheckpoint(file);
    expect(checkpoint).toMatchObject({ names: ["cat", "d'og", "bird"], nc: 3, stride: [4, 8] });
    expect(checkpoint.metadata).toMatchObject(metadata);
    expect(checkpoint.anchors?.[0]).toEqual({ v5: [4, 6, 10, 8], v8: undefined }[family]);
    expect(checkpoint.tensors.get("model.0.bn.num_batches_tracked")).toEqual({ shape: [], data: BigInt64Array.of(0n) });
    expect(checkpoint.tensors.has({ v5: "model.8.anchors", v8: "model.8.dfl.conv.weight" }[family])).toBe(true);
    expect(readdirSync(join(folder, "new")).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  it("halves the file in half precision, and still agrees", async () => {
    const model = await tinyModel("v8");
    const whole = await exportWeights(model, { file: join(folder, `whole.${ending}`), format, imgsz: 64 });
    const half = await exportWeights(model, { file: join(folder, `half.${ending}`), format, imgsz: 64, half: true });
    expect(half.bytes).toBeLessThan(0.65 * whole.bytes);
    expect(half.largestDifference).toBeGreaterThan(0);
  });

  it("leaves nothing behind, and what was there, when it cannot be written", async () => {
    const file = join(folder, `kept.${ending}`);
    writeFileSync(file, "old");
    const made = exportWeights(await tinyModel("v8"), { file, format, imgsz: 100 });
    await expect(made).rejects.toMatchObject({ code: "ARGUMENT" });
    const model = await tinyModel("v8");
    const below = exportWeights(model, { file: join(file, "below"), format, imgsz: 64 });
    await expect(below).rejects.toMatchObject({ code: "IO" });
    expect(readFileSync(file, "utf8")).toBe("old");
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });
});

describeShared("a state_dict of real weights", ["weights/yolov8n.pt", "weights/yolov5n.pt"], () => {
  const size = { height: 192, width: 256, batch: 2 };
  const program = fileURLToPath(new URL("../../test/yolo_forward.py", import.meta.url));

  const load = (name: string): DetectionModel => {
    const path = sharedPath(`weights/${name}.pt`);
    return modelFromCheckpoint(readCheckpoint(path), path);
  };

  it.each(["yolov8n", "yolov5n"])("has the names, shapes and order of %s.pt itself", async (name) => {
    const file = join(folder, `names-${name}.pt`);
    await exportWeights(load(name), { file, format: "torch", imgsz: 64 });
    const [ours, theirs] = [readCheckpoint(file), readCheckpoint(sharedPath(`weights/${name}.pt`))];
    const shapes = ({ tensors }: typeof ours): string[] => [...tensors].map(([key, { shape }]) => `${key} ${shape}`);
    // The anchors in pixels are in older files only.
    expect(shapes(ours)).toEqual(shapes(theirs).filter((line) => !line.includes("anchor_grid")));
  });

  const skipped = hasTorch ? "" : " (skipped: no Python with torch; set LOOKONCE_PYTHON)";
  it.skipIf(!hasTorch).each([
    { name: "yolov8n", half: false },
    { name: "yolov5n", half: false },
    { name: "yolov8n", half: true },
  ])(`PyTorch says with $name, half $half, what we do${skipped}`, async ({ name, half }) => {
    const model = load(name);
    const file = join(folder, `${name}-${half}.pt`);
    await exportWeights(model, { file, format: "torch", imgsz: [size.height, size.width], half });
    const images = await checkImage(size);
    const [input, output] = [join(folder, "images.bin"), join(folder, "output.bin")];
    writeFileSync(input, images);
    const { batch, height, width } = size;
    const args = [program, file, input, batch, height, width, output].map(String);
    const { status, stderr } = spawnSync(python, args, { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const expected = await predict(model, images, [batch, 3, height, width]);
    const data = new Float32Array(Uint8Array.from(readFileSync(output)).buffer);
    expect(data.length).toBe(expected.data.length);
    const pair = { model, expected, found: { data, shape: expected.shape } };
    const differences = half ? surestDifferences(pair) : largestDifferences(pair);
    expect(differences.pixels).toBeLessThan(half ? 0.5 : 1e-3);
    expect(differences.probability).toBeLessThan(half ? 0.005 : 1e-4);
  });
});
