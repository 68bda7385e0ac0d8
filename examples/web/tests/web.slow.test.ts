import { createReadStream, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, describeInBrowser, hasShared, launchChromium, sharedPath } from "@lookonce/testing";
import { runQuickstart } from "@lookonce/yolo/demos";
import { YOLO } from "lookonce";
import { build } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";

interface Box {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  confidence: number;
  name: string;
}

let folder: string;
let browser: Browser;
let server: Server;
let image: string;
let model: string;

const example = fileURLToPath(new URL("..", import.meta.url));
const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/** Serves a folder, as any web server would. */
async function serve(root: string): Promise<Server> {
  const made = createServer((request, response) => {
    const path = join(root, new URL(request.url ?? "/", "http://x").pathname.replace(/\/$/, "/index.html"));
    if (statSync(path, { throwIfNoEntry: false }) === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return made;
}

async function realModel(): Promise<{ weights: string; image: string }> {
  if (hasShared("weights/yolov8n.pt") && hasShared("data/bus.jpg")) {
    return { weights: sharedPath("weights/yolov8n.pt"), image: sharedPath("data/bus.jpg") };
  }
  const { directory } = await runQuickstart({ directory: join(folder, "quickstart") });
  return {
    weights: join(directory, "train", "weights", "best.safetensors"),
    image: join(directory, "unseen", "images", "val", "00005.jpg"),
  };
}

describeInBrowser("the page with a detector in it", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lookonce-web-example-"));
    const site = join(folder, "site");
    await build({ configFile: join(example, "vite.config.ts"), logLevel: "error", build: { outDir: site } });
    const real = await realModel();
    image = real.image;
    mkdirSync(join(site, "model"), { recursive: true });
    model = join(site, "model", "model.onnx");
    const yolo = await YOLO.load(real.weights);
    await yolo.export({ format: "onnx", imgsz: 320, file: model });
    await yolo.dispose();
    [server, browser] = await Promise.all([serve(site), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it("finds what predict finds in Node", async () => {
    const page = await browser.newPage();
    const elsewhere: string[] = [];
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    page.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin)) elsewhere.push(request.url());
    });
    await page.goto(origin);
    await page.getByText("Ready.").waitFor({ timeout: 120_000 });
    await page.setInputFiles("#file", image);
    await page.getByText(/^Found \d+ in/).waitFor({ timeout: 120_000 });
    const items = await page.locator("#found li").all();
    const shown = await Promise.all(
      items.map(async (item) => JSON.parse((await item.getAttribute("data-detection")) ?? "") as Box),
    );
    const inNode = await YOLO.load(model);
    // The exported graph's size is fixed: its square is padded as the page does.
    const [result] = await inNode.predict(image, { imgsz: 320, rect: false });
    await inNode.dispose();
    const expected = result?.toJSON().boxes ?? [];
    expect(expected.length).toBeGreaterThan(1);
    expect(shown.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
    for (const [i, box] of shown.entries()) {
      const other = expected[i] as Box;
      // Chromium's JPEG decoder and libvips' differ by a level here and there.
      expect(Math.abs(box.confidence - other.confidence)).toBeLessThan(0.01);
      for (const side of ["x1", "y1", "x2", "y2"] as const) expect(Math.abs(box[side] - other[side])).toBeLessThan(2);
    }
    expect(elsewhere).toEqual([]);
    expect(await page.locator("canvas").isVisible()).toBe(true);
    await page.close();
  });

  it("says when a file is no image", async () => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await page.getByText("Ready.").waitFor({ timeout: 120_000 });
    await page.setInputFiles("#file", { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("hello") });
    await page.getByText("notes.txt is no image that this browser can read.").waitFor();
    await page.close();
  });
});
