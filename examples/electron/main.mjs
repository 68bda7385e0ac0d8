import { join } from "node:path";
import { app, BrowserWindow, ipcMain } from "electron";
import { YOLO } from "lookonce";

// The network runs in threads of its own: the main process goes on
const loading = YOLO.load(process.env.MODEL ?? "yolov8n.pt");

/** What the page asks for: boxes in the image whose bytes it sends. */
ipcMain.handle("detect", async (_event, bytes) => {
  const model = await loading;
  try {
    const [result] = await model.predict(bytes, { conf: 0.4 });
    return { result: result.toJSON() };
  } catch ({ message }) {
    return { error: message };
  }
});

await app.whenReady();
const window = new BrowserWindow({
  width: 900,
  height: 700,
  webPreferences: { preload: join(import.meta.dirname, "preload.cjs") },
});
await window.loadFile(join(import.meta.dirname, "index.html"));
app.on("window-all-closed", () => app.quit());
app.on("will-quit", async () => (await loading).dispose());
