// PYTHON names a Python that has the packages; without it they are installed in .venv.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { YOLO } from "lookonce";

const { IMAGE: image = "image.jpg" } = process.env;

function python() {
  if (process.env.PYTHON !== undefined) return process.env.PYTHON;
  const own = ".venv/bin/python";
  if (!existsSync(own)) execFileSync("python3", ["-m", "venv", ".venv"]);
  execFileSync(own, ["-m", "pip", "install", "--quiet", "-r", "requirements.txt"]);
  return own;
}

test("finds in Python what is found in Node", async () => {
  process.env.FILE ??= "model.onnx";
  await import("./export.mjs");
  const model = await YOLO.load("model.onnx");
  const [result] = await model.predict(image, { rect: false });
  await model.dispose();
  const expected = result.toJSON().boxes;
  assert.ok(expected.length > 0);

  const found = JSON.parse(execFileSync(python(), ["detect.py", "model.onnx", image], { encoding: "utf8" }));
  assert.deepEqual(
    found.map(({ name }) => name),
    expected.map(({ name }) => name),
  );
  for (const [i, { box, confidence }] of found.entries()) {
    const { x1, y1, x2, y2, confidence: wanted } = expected[i];
    // Pillow reads and scales images a little differently
    assert.ok(Math.abs(confidence - wanted) < 0.05, `${confidence} and ${wanted}`);
    for (const [j, side] of [x1, y1, x2, y2].entries()) assert.ok(Math.abs(box[j] - side) < 3, `${box[j]} and ${side}`);
  }
});
