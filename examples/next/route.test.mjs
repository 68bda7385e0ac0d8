import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

// Weights and an image that come with lookonce
process.env.MODEL ??= "yolov8t-shapes.safetensors";
const path =
  process.env.IMAGE ?? fileURLToPath(new URL("samples/shapes.jpg", import.meta.resolve("@lookonce/yolo/package.json")));

const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
const server = spawn(process.execPath, [next, "start", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
after(() => server.kill());

async function address() {
  for await (const line of createInterface(server.stdout)) {
    const [url] = /http:\/\/localhost:\d+/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error("the server ended");
}
const url = await address();
server.stdout.resume();

const post = (body, type) => fetch(`${url}/api/detect`, { method: "POST", body, headers: { "content-type": type } });

test("finds objects in an image", async () => {
  const response = await post(await readFile(path), "image/jpeg");
  assert.equal(response.status, 200);
  const { boxes } = await response.json();
  assert.ok(boxes.length > 0);
  assert.ok(boxes.every(({ name, confidence }) => name !== "" && confidence >= 0.4));
});

test("refuses what is no image", async () => {
  assert.equal((await post("no image", "image/jpeg")).status, 422);
  assert.equal((await post("{}", "application/json")).status, 415);
});

test("shows the page", async () => {
  assert.match(await (await fetch(url)).text(), /What is in an image/);
});
