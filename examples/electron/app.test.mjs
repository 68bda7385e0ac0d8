// With Electron's program, which `npx electron --version` downloads, the app itself is driven. Without it, its three parts are: the main
// process in Node with a stand-in for the module `electron`, the preload script and the page in Chrome, or the browser that CHROMIUM
// names, joined as Electron joins them.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, mock, test } from "node:test";
import { fileURLToPath } from "node:url";
import { _electron, chromium } from "playwright-core";

// Weights and an image that come with lookonce
process.env.MODEL ??= "yolov8t-shapes.safetensors";
const image =
  process.env.IMAGE ?? fileURLToPath(new URL("samples/shapes.jpg", import.meta.resolve("@lookonce/yolo/package.json")));
const { CHROMIUM, ELECTRON } = process.env;

/** Opens the app. Returns its page. */
async function open() {
  const program = ELECTRON ?? "node_modules/electron/dist/electron";
  if (existsSync(program)) {
    const app = await _electron.launch({ executablePath: program, args: ["."] });
    after(() => app.close());
    return app.firstWindow();
  }
  console.log("Electron's program is not here: its parts are tested apart");
  const browser = await chromium.launch({
    ...(CHROMIUM === undefined ? { channel: "chrome" } : { executablePath: CHROMIUM }),
    args: ["--allow-file-access-from-files"],
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  const handlers = new Map();
  const events = new Map();
  class BrowserWindow {
    constructor({ webPreferences }) {
      this.preload = readFileSync(webPreferences.preload, "utf8");
    }
    async loadFile(file) {
      await page.exposeFunction("invoke", async (channel, base64) =>
        handlers.get(channel)({}, new Uint8Array(Buffer.from(base64, "base64"))),
      );
      await page.addInitScript(`(() => {
        const encode = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
        const electron = {
          contextBridge: { exposeInMainWorld: (name, value) => { window[name] = value; } },
          ipcRenderer: { invoke: (channel, bytes) => window.invoke(channel, encode(bytes)) },
        };
        const require = () => electron;
        ${this.preload}
      })();`);
      await page.goto(`file://${file}`);
    }
  }
  const app = {
    whenReady: async () => {},
    on: (name, action) => events.set(name, action),
    quit: () => events.get("will-quit")(),
  };
  mock.module("electron", {
    namedExports: { app, BrowserWindow, ipcMain: { handle: (...pair) => handlers.set(...pair) } },
  });
  await import("./main.mjs");
  after(async () => {
    await browser.close();
    await events.get("window-all-closed")();
  });
  return page;
}

test("finds objects in an image, and says what is wrong with others", async () => {
  const page = await open();
  await page.setInputFiles("input", image);
  await page.getByText(/^Found [1-9]/).waitFor();
  assert.ok((await page.locator("li").count()) > 0);
  if (process.env.SCREENSHOT !== undefined) await page.screenshot({ path: process.env.SCREENSHOT });
  await page.setInputFiles("input", { name: "notes.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no image") });
  await page.getByText(/image/i).and(page.getByRole("status")).waitFor();
  assert.equal(await page.locator("li").count(), 0);
});
