// PYTHON names a Python that has the packages; without it they are installed in .venv.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { YOLO } from "lookonce";

// Weights and an image that come with lookonce
process.env.MODEL ??= "yolov8t-shapes.safetensors";
const image =
  process.env.IMAGE ?? fileURLToPath(new URL("samples/shapes.jpg", import.meta.resolve("@lookonce/yolo/package.json")));

function python() {
  if (process.env.PYTHON !== undefined) return process.env.PYTHON;
  const own = ".venv/bin/python";
  if (!existsSync(own)) execFileSync("python3", ["-m", "venv", ".venv"]);
  execFileSync(own, ["-m", "pip", "install", "--quiet", "-r", "requirements.txt"]);
  return own;
}

test("finds in Python what is found in Node", async () => {
  await import("./export.mjs");
  const model = await YOLO.load("model.onnx");
  const [result] = await model.predict(image, { rect: false });
  await model.dispose();
  const expected = result.toJSON().boxes;
  assert.ok(expected.length > 0);

  const output = execFileSync(python(), ["detect.py", "model.onnx", image], { encoding: "utf8" });
  const found = JSON.parse(output).map(({ box: [x1, y1, x2, y2], ...rest }) => ({ x1, y1, x2, y2, ...rest }));
  // Pillow reads and scales images a little differently, so that the least confident may be here and not there
  for (const [boxes, others] of [
    [found, expected],
    [expected, found],
  ]) {
    for (const box of boxes.filter(({ confidence }) => confidence > 0.35)) {
      const other = others.find((candidate) => candidate.name === box.name && overlap(box, candidate) > 0.9);
      assert.ok(other !== undefined && Math.abs(other.confidence - box.confidence) < 0.05, JSON.stringify(box));
    }
  }
});

/** Intersection over union. */
function overlap(a, b) {
  const area = ({ x1, y1, x2, y2 }) => Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
  const [x1, y1, x2, y2] = [Math.max(a.x1, b.x1), Math.max(a.y1, b.y1), Math.min(a.x2, b.x2), Math.min(a.y2, b.y2)];
  const both = area({ x1, y1, x2, y2 });
  return both / (area(a) + area(b) - both);
}
