// Plays a camera that sends JPEG images one after the other: nothing, something, nothing, something.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { YOLO } from "lookonce";

// Weights and an image that come with lookonce
const { MODEL = "yolov8t-shapes.safetensors" } = process.env;
const image =
  process.env.IMAGE ?? fileURLToPath(new URL("samples/shapes.jpg", import.meta.resolve("@lookonce/yolo/package.json")));
const folder = await mkdtemp(join(tmpdir(), "camera-"));
after(() => rm(folder, { recursive: true }));

test("keeps an image of each visit", async () => {
  const model = await YOLO.load(MODEL);
  const { file } = await model.export({ format: "onnx", imgsz: 320, file: join(folder, "model.onnx") });
  const [found] = await model.predict(image, { conf: 0.5, imgsz: 320 });
  const gray = {
    data: new Uint8Array(found.width * found.height * 3).fill(114),
    width: found.width,
    height: found.height,
  };
  const [empty] = await model.predict(gray, { conf: 0.5, imgsz: 320 });
  await empty.save(join(folder, "nothing.jpg"));
  await model.dispose();
  const [{ name }] = found.toJSON().boxes;

  const env = { ...process.env, MODEL: file, SOURCE: "-", WANTED: name, OUTPUT: join(folder, "visits") };
  const watch = spawn(process.execPath, ["watch.mjs"], { env, stdio: ["pipe", "pipe", "inherit"] });
  const [something, nothing] = [await readFile(image), await readFile(join(folder, "nothing.jpg"))];
  for (let visit = 0; visit < 2; visit++) {
    for (let i = 0; i < 6; i++) watch.stdin.write(nothing);
    for (let i = 0; i < 3; i++) watch.stdin.write(something);
  }
  watch.stdin.end();
  assert.match(await text(watch.stdout), /2 visits in 18 images/);
  assert.equal((await readdir(join(folder, "visits"))).length, 2);
});
