import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ExportOnnxOptions, exportOnnx } from "../index.ts";
import { tinyModel, useOnnxRuntime } from "../test-tiny-model.ts";
import { calibrationImages } from "./test-calibration.ts";

/** A Python with the `onnx` package; set LOOKONCE_PYTHON to name one that is not the first on the path. */
const python = process.env.LOOKONCE_PYTHON || "python3";
const checker = spawnSync(python, ["-c", "import onnx"]).status === 0;
const script = "import sys, onnx; [onnx.checker.check_model(onnx.load(f), full_check=True) for f in sys.argv[1:]]";

let folder = "";
beforeAll(async () => {
  await useOnnxRuntime();
  folder = mkdtempSync(join(tmpdir(), "lookonce-variants-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Variant = Omit<ExportOnnxOptions, "file" | "calibration">;

const numbers: readonly Variant[] = [
  {},
  { half: true },
  { int8: true },
  { int8: true, calibrationMethod: "minmax" },
  { int8: true, calibrationMethod: "percentile" },
];
const sizes: readonly Variant[] = [{}, { batch: 2, imgsz: [32, 64] }, { dynamic: true, batch: 2 }];
const ends: readonly Variant[] = [{}, { nms: true, conf: 0 }, { nms: true, conf: 0, agnosticNms: true, maxDet: 5 }];
const combinations = numbers.flatMap((a) => sizes.flatMap((b) => ends.map((c): Variant => ({ ...a, ...b, ...c }))));
const opsets = [13, 14, 15, 16, 17, 18, 19, 20, 21, 22];

// An export that ONNX Runtime does not run, or whose numbers disagree, throws.
describe.each(["v8", "v5"] as const)("every variant of %s", (family) => {
  const write = async (options: Variant, name: string): Promise<string> => {
    const file = join(folder, `${name}.onnx`);
    const images = options.int8 ? { calibration: calibrationImages(2) } : {};
    await exportOnnx(await tinyModel(family), { file, imgsz: 64, ...options, ...images });
    return file;
  };

  it(`agrees with the model${checker ? ", and passes onnx.checker" : " (no Python with onnx to check the files; set LOOKONCE_PYTHON)"}`, async () => {
    const files: string[] = [];
    for (const [i, options] of combinations.entries()) files.push(await write(options, `${family}-${i}`));
    expect(files).toHaveLength(45);
    if (checker) expect(spawnSync(python, ["-c", script, ...files], { encoding: "utf8" }).stderr).toBe("");
  }, 600_000);

  it.each(opsets)("is to be had in operator set %i", async (opset) => {
    const forms: Variant[] = [
      { dynamic: true, nms: true, conf: 0 },
      { nms: true, conf: 0, half: true },
      { int8: true, dynamic: true },
    ];
    const files: string[] = [];
    for (const [i, spec] of forms.entries()) files.push(await write({ ...spec, opset }, `${family}-${opset}-${i}`));
    expect(files).toHaveLength(3);
    if (checker) expect(spawnSync(python, ["-c", script, ...files], { encoding: "utf8" }).stderr).toBe("");
  });
});
