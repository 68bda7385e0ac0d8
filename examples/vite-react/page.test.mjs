// In the Chrome of this machine, or the browser that CHROMIUM names.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { YOLO } from "lookonce";
import { chromium } from "playwright-core";
import { preview } from "vite";

// Weights and an image that come with lookonce
const { CHROMIUM, MODEL = "yolov8t-shapes.safetensors" } = process.env;
const image =
  process.env.IMAGE ?? fileURLToPath(new URL("samples/shapes.jpg", import.meta.resolve("@lookonce/yolo/package.json")));
const server = await preview({ preview: { port: 0 }, logLevel: "error" });
const browser = await chromium.launch(CHROMIUM === undefined ? { channel: "chrome" } : { executablePath: CHROMIUM });
after(async () => {
  await browser.close();
  await server.close();
});

test("finds in a tab what is found in Node", async () => {
  const model = await YOLO.load(MODEL);
  const { file } = await model.export({ format: "onnx", file: "dist/model.onnx" });
  await model.dispose();
  const exported = await YOLO.load(file);
  const [result] = await exported.predict(image);
  await exported.dispose();
  const expected = result.toJSON().boxes.map(({ name }) => name);
  assert.ok(expected.length > 0);

  const [origin] = server.resolvedUrls.local;
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  const others = [];
  page.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(origin)) others.push(request.url());
  });
  await page.goto(origin);
  await page.getByText("Ready").waitFor();
  await page.setInputFiles("input", image);
  await page.getByText(/^Found \d+/).waitFor();
  const found = await page.locator("li").allTextContents();
  assert.deepEqual(
    found.map((text) => text.replace(/ [\d.]+$/, "")),
    expected,
  );
  assert.equal(await page.locator("rect").count(), expected.length);
  assert.deepEqual(others, []);
  if (process.env.SCREENSHOT !== undefined) await page.screenshot({ path: process.env.SCREENSHOT });
});
