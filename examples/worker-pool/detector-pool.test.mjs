import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { YOLO } from "lookonce";
import { DetectorPool } from "./detector-pool.mjs";

// Weights and an image that come with lookonce
const { MODEL: model = "yolov8t-shapes.safetensors" } = process.env;
const image =
  process.env.IMAGE ?? fileURLToPath(new URL("samples/shapes.jpg", import.meta.resolve("@lookonce/yolo/package.json")));
const pool = new DetectorPool({ model, threads: 2 });
after(() => pool.close());

test("finds in threads what the model finds here", async () => {
  const yolo = await YOLO.load(model, { threads: 1 });
  const [result] = await yolo.predict(image);
  await yolo.dispose();
  const expected = result.toJSON().boxes;
  assert.ok(expected.length > 0);
  const found = await Promise.all(Array.from({ length: 6 }, () => pool.detect(image)));
  for (const { boxes } of found) assert.deepEqual(boxes, expected);
});

test("reports an image that cannot be read, and goes on", async () => {
  await assert.rejects(pool.detect("missing.jpg"), /missing\.jpg/);
  assert.ok((await pool.detect(image)).boxes.length > 0);
});

test("removes images from the queue", async () => {
  const controller = new AbortController();
  const images = Array.from({ length: 8 }, () => pool.detect(image, { signal: controller.signal }));
  controller.abort();
  const states = await Promise.allSettled(images);
  assert.ok(states.some(({ reason }) => reason?.name === "AbortError"));
});
