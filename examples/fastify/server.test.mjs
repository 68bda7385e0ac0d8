import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

// Weights and an image that come with lookonce
process.env.MODEL ??= "yolov8t-shapes.safetensors";
const path =
  process.env.IMAGE ?? fileURLToPath(new URL("samples/shapes.jpg", import.meta.resolve("@lookonce/yolo/package.json")));
process.env.PORT = "0";
const { server } = await import("./server.mjs");
after(() => server.close());

function post(body, type) {
  const url = `http://localhost:${server.server.address().port}/detect`;
  return fetch(url, { method: "POST", body, headers: { "content-type": type, connection: "close" } });
}

test("finds objects in an image", async () => {
  const image = await readFile(path);
  // Several at the same time, as clients do
  const responses = await Promise.all([1, 2, 3].map(() => post(image, "image/jpeg")));
  for (const response of responses) {
    assert.equal(response.status, 200);
    const { boxes } = await response.json();
    assert.ok(boxes.length > 0);
    assert.ok(boxes.every(({ name, confidence }) => name !== "" && confidence >= 0.4));
  }
});

test("refuses what is no image", async () => {
  const damaged = await post("no image", "image/jpeg");
  assert.equal(damaged.status, 422);
  assert.match((await damaged.json()).error, /image/i);
  assert.equal((await post("{}", "application/json")).status, 415);
});
